import { isTooDeep } from '../common/json-depth.ts'

/** Parses a body of the journal; null if it is not JSON, or nested so deeply that writing it would exceed the stack. */
export function parseBody(body: string | undefined, isCut: boolean): unknown {
  if (body === undefined || isCut || isTooDeep(Buffer.from(body))) return null
  try {
    return JSON.parse(body)
  } catch {
    return null
  }
}
