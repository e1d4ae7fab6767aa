import type { IncomingHttpHeaders } from 'node:http'
import { redact, redactSecret } from '../common/redaction.ts'
import type { JournalEntry } from './schemas.ts'

/** The text without secrets. */
export type RedactText = (text: string) => string

export const redactOptional = (text: string | undefined, redactText: RedactText) =>
  text === undefined ? undefined : redactText(text)

/** Takes out what looks like a key, and the token that was presented, in whatever escapes they are written. */
export function createRedactor(token: string | undefined): RedactText {
  // Only what JSON escapes looks otherwise in it.
  const jsonToken = token !== undefined && /["\\]/.test(token) ? JSON.stringify(token).slice(1, -1) : undefined
  return (text) => {
    const plain = text.includes('\\') ? decodeJsonEscapes(text) : text
    const withoutToken = redact(plain, token)
    const redacted = jsonToken === undefined ? withoutToken : redact(withoutToken, jsonToken)
    return redacted === plain ? text : redacted
  }
}

/** Without the escapes of JSON for what needs none: a key may be written with them. */
const decodeJsonEscapes = (text: string) =>
  text.replace(/\\u00([2-7][0-9a-f])/gi, (written, hex) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return /[\w-]/.test(character) ? character : written
  })

/** In characters. */
const maxBodyLength = 16 * 1024

/** At most its beginning, as a text of its own: a slice would keep all of what it is of. */
export function redactBody(body: string | undefined, redactText: RedactText): string | undefined {
  const text = redactOptional(body, redactText)
  if (text === undefined || text.length <= maxBodyLength) return text
  return Buffer.from(text.slice(0, maxBodyLength)).toString()
}

const noQuery: JournalEntry['query'] = Object.freeze({})

/** The query by name, without secrets, and the URL with no more in it than that. */
export function redactQuery(url: string, redactText: RedactText): { url: string; values: JournalEntry['query'] } {
  const begin = url.indexOf('?')
  if (begin < 0) return { url: redactText(url), values: noQuery }
  const values: JournalEntry['query'] = Object.create(null)
  let hasSecret = false
  const pairs = [...new URLSearchParams(url.slice(begin + 1).replace(/#.*/, ''))].map(([name, value]) => {
    const pair = [redactText(name), redactText(value)] as const
    hasSecret ||= pair[0] !== name || pair[1] !== value
    return pair
  })
  for (const [name, value] of pairs) {
    const before = values[name]
    values[name] = before === undefined ? value : [before, value].flat()
  }
  const result = hasSecret ? `${url.slice(0, begin)}?${pairs.map((pair) => pair.join('=')).join('&')}` : url
  return { url: redactText(result), values }
}

export function redactHeaders(headers: IncomingHttpHeaders, redactText: RedactText): IncomingHttpHeaders {
  const result: IncomingHttpHeaders = {}
  for (const name in headers) {
    const value = headers[name]
    if (name === 'authorization') result[name] = value === undefined ? undefined : redactAuthorization(String(value))
    else result[redactText(name)] = typeof value === 'string' ? redactText(value) : value?.map(redactText)
  }
  return result
}

/** The scheme, and a key in its redacted form; of anything else nothing. */
function redactAuthorization(authorization: string): string {
  const [, scheme = '', credential = ''] = /^(\S+ )?(.*)$/s.exec(authorization) ?? []
  return `${scheme}${credential.startsWith('sk-') ? redactSecret(credential) : '[redacted]'}`
}
