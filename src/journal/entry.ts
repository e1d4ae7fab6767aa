import type { IncomingHttpHeaders } from 'node:http'
import { cleanBody, cleaned, cleanHeaders, cleanQuery, createCleaner } from './redact-entry.ts'
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
  size: number
}

/** Takes the secrets out of what was seen: what is kept has none. */
export function record(observed: Observation): Recorded {
  const clean = createCleaner(observed.token)
  const query = cleanQuery(observed.url, clean)
  // The path and the key that it names are parts of the URL.
  const cleanPart = query.url === observed.url ? (text: string) => text : clean
  const seen = {
    ...observed,
    token: undefined,
    url: query.url,
    path: cleanPart(observed.path),
    keyId: cleaned(observed.keyId, cleanPart),
    callingKeyId: cleaned(observed.callingKeyId, clean),
    reason: cleaned(observed.reason, clean),
    headers: cleanHeaders(observed.headers, clean),
    body: cleanBody(observed.body, clean),
    responseBody: cleanBody(observed.responseBody, clean),
  }
  const size =
    1000 + seen.url.length + lengthOf(seen.headers) + (seen.body?.length ?? 0) + (seen.responseBody?.length ?? 0)
  return { seen, query: query.values, delivered: false, isSettled: false, sincePrevious: undefined, size }
}

/** Adds to what is kept of a request the body that it had. */
export function recordBody(recorded: Recorded, body: string, token: string | undefined): void {
  recorded.seen.body = cleanBody(body, createCleaner(token))
  recorded.size += recorded.seen.body?.length ?? 0
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
