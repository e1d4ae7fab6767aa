import { type Answer, isObject } from './client/response.ts'

const telling = ['id', 'name', 'value', 'redacted_value', 'first_id', 'last_id', 'email']
const tellingHeaders = ['openai-organization', 'x-request-id']

// A shorter name may be part of any word.
const leastPart = 5

/** What a server said that no report may repeat, though it may look like a code: names, ids, values. */
export class Withheld {
  readonly #texts = new Set<string>()

  notice({ headers, body }: Answer): void {
    for (const name of tellingHeaders) this.#note(headers[name])
    this.#search(body)
  }

  /** The text without any of it. */
  clean(text: string): string {
    return text.replace(/[\w.-]+/g, (token) => (this.#isTold(token) ? '(withheld)' : token))
  }

  #isTold(token: string): boolean {
    if (this.#texts.has(token)) return true
    return [...this.#texts].some((text) => text.length >= leastPart && token.includes(text))
  }

  #search(value: unknown): void {
    if (!isObject(value)) return
    for (const [field, each] of Object.entries(value)) {
      if (telling.includes(field)) this.#note(each)
      this.#search(each)
    }
  }

  #note(text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#texts.add(text)
  }
}
