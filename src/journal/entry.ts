import type { IncomingHttpHeaders } from 'node:http'
import { redact, shorten } from '../redaction.ts'
import type { RequestEntry } from './schemas.ts'

/** What is known of a request when it is answered. */
export interface Observation {
  id: string
  /** Milliseconds by the clock of the sandbox. */
  time: number
  operation: string | undefined
  method: string
  url: string
  path: string
  headers: IncomingHttpHeaders
  body: string | undefined
  status: number | undefined
  responseBody: string | undefined
  callingKeyId: string | undefined
  keyId: string | undefined
  faultId: string | undefined
  /** The bearer token that was presented. */
  token: string | undefined
  /** Real monotonic milliseconds. */
  begun: number
  ended: number
  reason: string | undefined
}

/** In characters. */
export const longestBody = 16 * 1024

/** What is kept of a request: the texts as they are shown, all else as it came, for most entries are never looked at. */
export interface Recorded {
  readonly seen: Observation
  readonly query: RequestEntry['query']
  delivered: boolean
  /** Whether it is known what became of the answer. */
  isSettled: boolean
  /** Real milliseconds since the attempt before it. */
  sincePrevious: number | undefined
  /** Roughly, in bytes. */
  readonly size: number
}

/** Takes the secrets out of what was seen: what is kept has none. */
export function record(observed: Observation): Recorded {
  const clean = createCleaner(observed.token)
  const query = cleanQuery(observed.url, clean)
  const seen = {
    ...observed,
    token: undefined,
    url: query.url,
    path: clean(observed.path),
    keyId: cleaned(observed.keyId, clean),
    callingKeyId: cleaned(observed.callingKeyId, clean),
    reason: cleaned(observed.reason, clean),
    headers: cleanHeaders(observed.headers, clean),
    body: cut(cleaned(observed.body, clean)),
    responseBody: cut(cleaned(observed.responseBody, clean)),
  }
  const size =
    1000 + seen.url.length + lengthOf(seen.headers) + (seen.body?.length ?? 0) + (seen.responseBody?.length ?? 0)
  return { seen, query: query.values, delivered: false, isSettled: false, sincePrevious: undefined, size }
}

type Clean = (text: string) => string

const cleaned = (text: string | undefined, clean: Clean) => (text === undefined ? undefined : clean(text))

/** Most texts have nothing in them that could be a secret, and are left alone. */
function createCleaner(token: string | undefined): Clean {
  // Only what JSON escapes looks otherwise in it.
  const inJson = token !== undefined && /["\\]/.test(token) ? JSON.stringify(token).slice(1, -1) : undefined
  const mayHold = (text: string) =>
    text.includes('sk-') || text.includes('%') || text.includes('\\u') || (token !== undefined && text.includes(token))
  return (text) => {
    const plain = text.includes('\\') ? unescaped(text) : text
    if (!mayHold(plain) && (inJson === undefined || !text.includes(inJson))) return text
    const hidden = redact(redact(plain, token), inJson)
    return hidden === plain ? text : hidden
  }
}

/** Without the escapes of JSON for what needs none: a key may be written with them. */
const unescaped = (text: string) =>
  text.replace(/\\u00([2-7][0-9a-f])/gi, (written, hex) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return /[\w-]/.test(character) ? character : written
  })

/** A text of its own: a slice would keep all of what it is of. */
function cut(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= longestBody) return text
  return Buffer.from(text.slice(0, longestBody)).toString()
}

const noQuery: RequestEntry['query'] = Object.freeze({})

/** The query by name, without secrets, and the URL with no more in it than that. */
function cleanQuery(url: string, clean: Clean): { url: string; values: RequestEntry['query'] } {
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

function cleanHeaders(headers: IncomingHttpHeaders, clean: Clean): IncomingHttpHeaders {
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

function lengthOf(headers: IncomingHttpHeaders): number {
  let length = 0
  for (const name in headers) length += name.length + String(headers[name]).length
  return length
}

const retryCount = /^\d{1,9}$/

export function retryCountOf({ headers }: Observation): number | null {
  const text = headers['x-stainless-retry-count']
  return typeof text === 'string' && retryCount.test(text) ? Number(text) : null
}

/** The entry as it is shown. */
export function toEntry({ seen, query, delivered, sincePrevious }: Recorded): RequestEntry {
  const { url, begun, ended } = seen
  return {
    id: seen.id,
    time: new Date(seen.time).toISOString(),
    operation: seen.operation ?? null,
    method: seen.method,
    url,
    path: seen.path,
    query,
    headers: seen.headers as RequestEntry['headers'],
    body: seen.body ?? null,
    status: seen.status ?? null,
    response_body: seen.responseBody ?? null,
    calling_key_id: seen.callingKeyId ?? null,
    key_id: seen.keyId ?? null,
    fault_id: seen.faultId ?? null,
    delivered,
    retry_count: retryCountOf(seen),
    since_previous_ms: sincePrevious === undefined ? null : rounded(sincePrevious),
    duration_ms: rounded(ended - begun),
    reason: seen.reason ?? null,
  }
}

const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000
