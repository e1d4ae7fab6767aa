import type { IncomingHttpHeaders } from 'node:http'
import { recordSize, textSize } from './record-size.ts'
import { createRedactor, redactBody, redactHeaders, redactOptional, redactQuery } from './redact-entry.ts'
import type { JournalEntry } from './schemas.ts'

/** What is known about a request when its response is sent. */
export interface ObservedRequest {
  id: string
  /** Milliseconds of the sandbox's clock. */
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
  /** The bearer token that the client sent. */
  token: string | undefined
  /** Real monotonic milliseconds. */
  startedAt: number
  finishedAt: number
  reason: string | undefined
}

/** A stored request, without secrets. Converted to the API's form when it is read: most records never are. */
export interface JournalRecord {
  readonly request: ObservedRequest
  readonly query: JournalEntry['query']
  delivered: boolean
  /** Whether `delivered` is final. */
  isDeliveryKnown: boolean
  /** Real milliseconds since the previous attempt. */
  sincePrevious: number | undefined
  /** Counts the records of the journal from 1. */
  readonly sequence: number
  /** How often the journal had been cleared before. */
  generation: number
  /** Approximate size in bytes. */
  size: number
}

/** Returns the record of a request, with its secrets removed. */
export function createRecord(observed: ObservedRequest, sequence: number, generation: number): JournalRecord {
  const redactText = createRedactor(observed.token)
  const query = redactQuery(observed.url, redactText)
  // The path and the key id in it are parts of the URL.
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
  return {
    request,
    query: query.values,
    delivered: false,
    isDeliveryKnown: false,
    sincePrevious: undefined,
    sequence,
    generation,
    size: recordSize({ ...request, query: query.values }),
  }
}

/** Adds the body of a request that was recorded before its body was read. */
export function attachBody(record: JournalRecord, body: string, token: string | undefined): void {
  record.request.body = redactBody(body, createRedactor(token))
  record.size += textSize(record.request.body)
}

const retryCount = /^\d{1,9}$/

export function retryCountOf({ headers }: ObservedRequest): number | null {
  const text = headers['x-stainless-retry-count']
  return typeof text === 'string' && retryCount.test(text) ? Number(text) : null
}

/** Returns a record in the form of the control API. */
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
