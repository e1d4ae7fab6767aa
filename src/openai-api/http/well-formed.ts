import * as errors from '../errors/catalogue.ts'

/** Throws the API's error for the first text with a lone surrogate, which can be neither stored nor sent unchanged. */
export function assertWellFormed(texts: Record<string, string | readonly string[] | null | undefined>): void {
  for (const [param, value] of Object.entries(texts)) {
    if (![value ?? []].flat().every((text) => text.isWellFormed())) throw errors.illFormedString(param)
  }
}
