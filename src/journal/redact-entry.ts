import type { IncomingHttpHeaders } from 'node:http'
import { redact, shorten } from '../common/redaction.ts'
import type { RequestEntry } from './schemas.ts'

/** The text without secrets. */
export type Clean = (text: string) => string

export const cleaned = (text: string | undefined, clean: Clean) => (text === undefined ? undefined : clean(text))

/** Takes out what looks like a key, and the token that was presented, in whatever escapes they are written. */
export function createCleaner(token: string | undefined): Clean {
  // Only what JSON escapes looks otherwise in it.
  const inJson = token !== undefined && /["\\]/.test(token) ? JSON.stringify(token).slice(1, -1) : undefined
  return (text) => {
    const plain = text.includes('\\') ? unescaped(text) : text
    const hidden = redact(plain, token)
    const whole = inJson === undefined ? hidden : redact(hidden, inJson)
    return whole === plain ? text : whole
  }
}

/** Without the escapes of JSON for what needs none: a key may be written with them. */
const unescaped = (text: string) =>
  text.replace(/\\u00([2-7][0-9a-f])/gi, (written, hex) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return /[\w-]/.test(character) ? character : written
  })

/** In characters. */
const longestBody = 16 * 1024

/** At most its beginning, as a text of its own: a slice would keep all of what it is of. */
export function cleanBody(body: string | undefined, clean: Clean): string | undefined {
  const text = cleaned(body, clean)
  if (text === undefined || text.length <= longestBody) return text
  return Buffer.from(text.slice(0, longestBody)).toString()
}

const noQuery: RequestEntry['query'] = Object.freeze({})

/** The query by name, without secrets, and the URL with no more in it than that. */
export function cleanQuery(url: string, clean: Clean): { url: string; values: RequestEntry['query'] } {
  const begin = url.indexOf('?')
  if (begin < 0) return { url: clean(url), values: noQuery }
  const values: RequestEntry['query'] = Object.create(null)
  let hasSecret = false
  const pairs = [...new URLSearchParams(url.slice(begin + 1).replace(/#.*/, ''))].map(([name, value]) => {
    const pair = [clean(name), clean(value)] as const
    hasSecret ||= pair[0] !== name || pair[1] !== value
    return pair
  })
  for (const [name, value] of pairs) {
    const before = values[name]
    values[name] = before === undefined ? value : [before, value].flat()
  }
  const shown = hasSecret ? `${url.slice(0, begin)}?${pairs.map((pair) => pair.join('=')).join('&')}` : url
  return { url: clean(shown), values }
}

export function cleanHeaders(headers: IncomingHttpHeaders, clean: Clean): IncomingHttpHeaders {
  const shown: IncomingHttpHeaders = {}
  for (const name in headers) {
    const value = headers[name]
    if (name === 'authorization') shown[name] = value === undefined ? undefined : withoutCredential(String(value))
    else shown[clean(name)] = typeof value === 'string' ? clean(value) : value?.map(clean)
  }
  return shown
}

/** The scheme, and a key in its redacted form; of anything else nothing. */
function withoutCredential(authorization: string): string {
  const [, scheme = '', credential = ''] = /^(\S+ )?(.*)$/s.exec(authorization) ?? []
  return `${scheme}${credential.startsWith('sk-') ? shorten(credential) : '[redacted]'}`
}
