import type { IncomingHttpHeaders } from 'node:http'
import { containsIgnoringBackslashes, redact, redactSecret } from '../common/redaction.ts'
import type { JournalEntry } from './schemas.ts'

/** Removes keys and the client's token from a text. */
export interface RedactText {
  (text: string): string
  /** The number of characters of the client's token. */
  tokenLength?: number
}

export const redactOptional = (text: string | undefined, redactText: RedactText) =>
  text === undefined ? undefined : redactText(text)

/** Returns a function that removes keys and the client's token from a text, however encoded. */
export function createRedactor(token = ''): RedactText {
  return Object.assign(createTokenRedactor(token), { tokenLength: token.length })
}

function createTokenRedactor(token: string): (text: string) => string {
  // JSON changes only tokens that contain these characters.
  if (!/["\\]/.test(token)) return (text) => redact(text, token)
  const jsonToken = JSON.stringify(token).slice(1, -1)
  return (text) => {
    const redacted = redact(redact(text, token), jsonToken)
    // Whether a backslash is the token's or an escape's can be ambiguous: then nothing of the text is kept.
    return containsIgnoringBackslashes(redacted, token) ? '[redacted]' : redacted
  }
}

// In characters.
const maxBodyLength = 16 * 1024

/** Returns whether the journal shows only the start of a body. */
export const isBodyCut = (body = ''): boolean => body.length > maxBodyLength

// Longer than a key in any encoding: cutting here leaves no half of a key, which no pattern would recognize, before the limit.
const keyMargin = 1024

// The headers of a request, and so a token, have at most this many characters.
const maxTokenLength = 16 * 1024

const maxEscapeLength = '\\u0000'.length

/** Returns the length of a margin that holds a key and the token, also with each character as a JSON escape, up to `maxTokenLength`. */
const cutMarginFor = ({ tokenLength = 0 }: RedactText): number =>
  Math.max(keyMargin, Math.min(tokenLength * maxEscapeLength, maxTokenLength))

/**
 * Returns a redacted and truncated body. Cuts it before the search for secrets, whose time a long body would multiply, and
 * drops the margin afterward. A copy, because a slice would keep the whole string in memory.
 */
export function redactBody(body: string | undefined, redactText: RedactText): string | undefined {
  if (body === undefined) return undefined
  const cutMargin = cutMarginFor(redactText)
  const searchedLength = maxBodyLength + cutMargin
  const text = redactText(body.slice(0, searchedLength))
  const shownLength = body.length > searchedLength ? text.length - cutMargin : text.length
  if (!isBodyCut(body)) return text
  return Buffer.from(text.slice(0, Math.min(shownLength, maxBodyLength))).toString()
}

const noQuery: JournalEntry['query'] = Object.freeze({})

/** Returns the redacted query by name, and the URL, which is rebuilt from it if it contained a secret. */
export function redactQuery(url: string, redactText: RedactText): { url: string; values: JournalEntry['query'] } {
  const queryStart = url.indexOf('?')
  if (queryStart < 0) return { url: redactText(url), values: noQuery }
  const values: JournalEntry['query'] = Object.create(null)
  let hasSecret = false
  const pairs = [...new URLSearchParams(url.slice(queryStart + 1).replace(/#.*/, ''))].map(([name, value]) => {
    const pair = [redactText(name), redactText(value)] as const
    hasSecret ||= pair[0] !== name || pair[1] !== value
    return pair
  })
  for (const [name, value] of pairs) {
    const previous = values[name]
    if (previous === undefined) values[name] = value
    else if (typeof previous === 'string') values[name] = [previous, value]
    else previous.push(value)
  }
  const result = hasSecret ? `${url.slice(0, queryStart)}?${pairs.map((pair) => pair.join('=')).join('&')}` : url
  return { url: redactText(result), values }
}

/** Nothing of their values is kept: a session or a credential has no form by which it could be recognized. */
const credentialHeaders: ReadonlySet<string> = new Set([
  'api-key',
  'cookie',
  'proxy-authorization',
  'set-cookie',
  'x-api-key',
])

export function redactHeaders(headers: IncomingHttpHeaders, redactText: RedactText): IncomingHttpHeaders {
  const result: IncomingHttpHeaders = {}
  for (const name in headers) {
    const value = headers[name]
    if (name === 'authorization') result[name] = value === undefined ? undefined : redactAuthorization(String(value))
    else if (credentialHeaders.has(name)) result[name] = '[redacted]'
    else result[redactText(name)] = typeof value === 'string' ? redactText(value) : value?.map(redactText)
  }
  return result
}

// Any other first word could be a credential itself.
const knownScheme = /^(Bearer|Basic|Digest|Negotiate|Token|ApiKey) /i

/** Keeps a known scheme, and the redacted form of a key; nothing of any other credential. */
function redactAuthorization(authorization: string): string {
  const [scheme = ''] = knownScheme.exec(authorization) ?? []
  const credential = authorization.slice(scheme.length)
  return `${scheme}${credential.startsWith('sk-') ? redactSecret(credential) : '[redacted]'}`
}
