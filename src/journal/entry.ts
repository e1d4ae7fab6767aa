import type { IncomingHttpHeaders } from 'node:http'
import { createRedactor, redactBody, redactHeaders, redactOptional, redactQuery } from './redact-entry.ts'
import type { JournalEntry } from './schemas.ts'

/** What is known of a request when it is answered. */
export interface ObservedRequest {
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
  startedAt: number
  finishedAt: number
  reason: string | undefined
}

/** What is kept of a request: the texts as they are shown, all else as it came, for most entries are never looked at. */
export interface JournalRecord {
  readonly request: ObservedRequest
  readonly query: JournalEntry['query']
  delivered: boolean
  /** Whether it is known what became of the answer. */
  isDeliveryKnown: boolean
  /** Real milliseconds since the attempt before it. */
  sincePrevious: number | undefined
  /** Roughly, in bytes. */
  size: number
}

/** Takes the secrets out of what was seen: what is kept has none. */
export function createRecord(observed: ObservedRequest): JournalRecord {
  const redactText = createRedactor(observed.token)
  const query = redactQuery(observed.url, redactText)
  // The path and the key that it names are parts of the URL.
  const redactPart = query.url === observed.url ? (text: string) => text : redactText
  const request = {
    ...observed,
    token: undefined,
    url: query.url,
    path: redactPart(observed.path),
    keyId: redactOptional(observed.keyId, redactPart),
    callingKeyId: redactOptional(observed.callingKeyId, redactText),
    reason: redactOptional(observed.reason, redactText),
    headers: redactHeaders(observed.headers, redactText),
    body: redactBody(observed.body, redactText),
    responseBody: redactBody(observed.responseBody, redactText),
  }
  const size =
    1000 +
    request.url.length +
    headersLength(request.headers) +
    (request.body?.length ?? 0) +
    (request.responseBody?.length ?? 0)
  return { request, query: query.values, delivered: false, isDeliveryKnown: false, sincePrevious: undefined, size }
}

/** Adds to what is kept of a request the body that it had. */
export function attachBody(record: JournalRecord, body: string, token: string | undefined): void {
  record.request.body = redactBody(body, createRedactor(token))
  record.size += record.request.body?.length ?? 0
}

function headersLength(headers: IncomingHttpHeaders): number {
  let length = 0
  for (const name in headers) length += name.length + String(headers[name]).length
  return length
}

const retryCount = /^\d{1,9}$/

export function retryCountOf({ headers }: ObservedRequest): number | null {
  const text = headers['x-stainless-retry-count']
  return typeof text === 'string' && retryCount.test(text) ? Number(text) : null
}

/** The entry as it is shown. */
export function toJournalEntry({ request, query, delivered, sincePrevious }: JournalRecord): JournalEntry {
  const { url, startedAt, finishedAt } = request
  return {
    id: request.id,
    time: new Date(request.time).toISOString(),
    operation: request.operation ?? null,
    method: request.method,
    url,
    path: request.path,
    query,
    headers: request.headers as JournalEntry['headers'],
    body: request.body ?? null,
    status: request.status ?? null,
    response_body: request.responseBody ?? null,
    calling_key_id: request.callingKeyId ?? null,
    key_id: request.keyId ?? null,
    fault_id: request.faultId ?? null,
    delivered,
    retry_count: retryCountOf(request),
    since_previous_ms: sincePrevious === undefined ? null : roundToMicroseconds(sincePrevious),
    duration_ms: roundToMicroseconds(finishedAt - startedAt),
    reason: request.reason ?? null,
  }
}

const roundToMicroseconds = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000
