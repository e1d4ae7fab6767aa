import { type HttpResponse, isObject } from './client/response.ts'

const sensitiveFields = 'id name title value redacted_value first_id last_id email external_key_id ip_address'.split(
  ' ',
)
const sensitiveHeaders = ['openai-organization', 'x-request-id']

/** A shorter name may be part of any word. */
const minPartLength = 5

/** Removes a server's names, ids and values from report texts, even if they look like an error code. */
export class ReportRedactor {
  readonly #texts = new Set<string>()

  /** Remembers the sensitive texts of a response. */
  collect({ headers, body }: HttpResponse): void {
    for (const name of sensitiveHeaders) this.#add(headers[name])
    this.#collectFields(body)
  }

  /** Replaces every word of `text` that is or contains a collected text. */
  redact(text: string): string {
    return text.replace(/[\w.-]+/g, (word) => (this.#isSensitive(word) ? '(redacted)' : word))
  }

  #isSensitive(word: string): boolean {
    if (this.#texts.has(word)) return true
    return [...this.#texts].some((text) => text.length >= minPartLength && word.includes(text))
  }

  #collectFields(value: unknown): void {
    if (!isObject(value)) return
    for (const [field, fieldValue] of Object.entries(value)) {
      if (sensitiveFields.includes(field)) this.#add(fieldValue)
      this.#collectFields(fieldValue)
    }
  }

  #add(text: unknown): void {
    if (typeof text === 'string' && text !== '') this.#texts.add(text)
  }
}
