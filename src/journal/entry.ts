import type { IncomingHttpHeaders } from 'node:http'
import { redact } from '../redaction.ts'
import type { RequestEntry as Entry } from './schemas.ts'

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
  delivered: boolean
  previous: Recorded | undefined
  /** Roughly, in bytes. */
  readonly size: number
}

const hasSecret = (text: string) => text.includes('sk-') || text.includes('%')

/** Takes the secrets out of what was seen: what is kept has none. */
export function record(observed: Observation): Recorded {
  const { token, url, path, body, responseBody, headers } = observed
  const clean = <Text extends string | undefined>(text: Text): Text =>
    (text !== undefined && (hasSecret(text) || (token !== undefined && text.includes(token)))
      ? redact(text, token)
      : text) as Text
  const seen = {
    ...observed,
    token: undefined,
    url: clean(url),
    path: clean(path),
    keyId: clean(observed.keyId),
    reason: clean(observed.reason),
    headers: cleanHeaders(headers, clean),
    body: clean(body)?.slice(0, longestBody),
    responseBody: clean(responseBody)?.slice(0, longestBody),
  }
  const size = 1000 + url.length + (seen.body?.length ?? 0) + (seen.responseBody?.length ?? 0)
  return { seen, delivered: false, previous: undefined, size }
}

function cleanHeaders(headers: IncomingHttpHeaders, clean: (text: string) => string): IncomingHttpHeaders {
  const cleaned: IncomingHttpHeaders = {}
  for (const name in headers) {
    const value = headers[name]
    cleaned[name] = typeof value === 'string' ? clean(value) : value?.map(clean)
  }
  return cleaned
}

const retryCount = /^\d{1,9}$/

export function retryCountOf({ headers }: Observation): number | null {
  const text = headers['x-stainless-retry-count']
  return typeof text === 'string' && retryCount.test(text) ? Number(text) : null
}

/** The entry as it is shown. */
export function toEntry({ seen, delivered, previous }: Recorded): Entry {
  const { url, begun, ended } = seen
  return {
    id: seen.id,
    time: new Date(seen.time).toISOString(),
    operation: seen.operation ?? null,
    method: seen.method,
    url,
    path: seen.path,
    query: queryOf(url),
    headers: seen.headers as Entry['headers'],
    body: seen.body ?? null,
    status: seen.status ?? null,
    response_body: seen.responseBody ?? null,
    calling_key_id: seen.callingKeyId ?? null,
    key_id: seen.keyId ?? null,
    fault_id: seen.faultId ?? null,
    delivered,
    retry_count: retryCountOf(seen),
    since_previous_ms: previous === undefined ? null : rounded(begun - previous.seen.begun),
    duration_ms: rounded(ended - begun),
    reason: seen.reason ?? null,
  }
}

const rounded = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000

function queryOf(url: string): Entry['query'] {
  const query: Entry['query'] = Object.create(null)
  for (const [name, value] of new URLSearchParams(/\?([^#]*)/.exec(url)?.[1])) {
    const before = query[name]
    query[name] = before === undefined ? value : [before, value].flat()
  }
  return query
}
