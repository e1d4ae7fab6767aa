import type { IncomingHttpHeaders } from 'node:http'
import type { TargetIds } from '../openai-api/operation-result.ts'
import { parseBody } from './body-json.ts'
import { explain } from './explain.ts'
import { recordSize, textSize } from './record-size.ts'
import { isBodyCut, type RedactText, redactBody, redactHeaders, redactOptional, redactQuery } from './redact-entry.ts'
import type { JournalEntry } from './schemas.ts'

/** The data of a request that is known on arrival. */
export interface Arrival {
  id: string
  /** Milliseconds of the sandbox's clock. */
  time: number
  operation: string | undefined
  method: string
  url: string
  path: string
  headers: IncomingHttpHeaders
  /** Whether a body follows the headers. */
  hasBody: boolean
  callingKeyId: string | undefined
  keyId?: string | undefined
  projectId?: string | undefined
  serviceAccountId?: string | undefined
  faultId: string | undefined
  faultKind?: string | undefined
  /** `before` or `after_commit`. */
  faultWhen?: string | undefined
  /** Real monotonic milliseconds. */
  startedAt: number
}

/** How a request ended. Status and body are absent if the connection was closed without a response. */
export interface Outcome {
  status: number | undefined
  body: string | undefined
  /** The ids that the operation added to those in the URL. */
  targets: TargetIds
  reason: string | undefined
  /** Real monotonic milliseconds. */
  finishedAt: number
}

/** A stored request, without secrets. Converted to the API's form when it is read: most records never are. */
export interface JournalRecord extends Omit<Arrival, 'hasBody'> {
  readonly query: JournalEntry['query']
  body: string | undefined
  isBodyCut: boolean
  status: number | undefined
  responseBody: string | undefined
  isResponseBodyCut: boolean
  reason: string | undefined
  /** Undefined while the request is pending. */
  finishedAt: number | undefined
  /** Undefined until the last byte was handed over or the connection closed: then the record is complete. */
  delivered: boolean | undefined
  /** Real milliseconds since the previous attempt arrived. */
  sincePrevious: number | undefined
  /** Counts the records of the journal from 1. */
  readonly sequence: number
  /** How often the journal had been cleared before. */
  readonly generation: number
  /** Whether the journal still contains it. */
  isListed: boolean
  /** Approximate size in bytes. */
  size: number
}

/** Returns the record of a request that has arrived. */
export function createRecord(
  arrival: Arrival,
  redactText: RedactText,
  { sequence, generation }: Pick<JournalRecord, 'sequence' | 'generation'>,
): JournalRecord {
  const { url, values: query } = redactQuery(arrival.url, redactText)
  // The path and the key id in it are parts of the URL.
  const redactPart = url === arrival.url ? (text: string) => text : redactText
  const headers = redactHeaders(arrival.headers, redactText)
  return {
    id: arrival.id,
    time: arrival.time,
    operation: arrival.operation,
    method: arrival.method,
    url,
    path: redactPart(arrival.path),
    query,
    headers,
    body: undefined,
    isBodyCut: false,
    status: undefined,
    responseBody: undefined,
    isResponseBodyCut: false,
    callingKeyId: redactOptional(arrival.callingKeyId, redactText),
    keyId: redactOptional(arrival.keyId, redactPart),
    projectId: redactOptional(arrival.projectId, redactPart),
    serviceAccountId: redactOptional(arrival.serviceAccountId, redactPart),
    faultId: arrival.faultId,
    faultKind: arrival.faultKind,
    faultWhen: arrival.faultWhen,
    startedAt: arrival.startedAt,
    finishedAt: undefined,
    reason: undefined,
    delivered: undefined,
    sincePrevious: undefined,
    sequence,
    generation,
    isListed: true,
    size: recordSize({ url, headers, query }),
  }
}

/** Adds the body of a request. Returns by how many bytes the record grew. */
export function attachBody(record: JournalRecord, body: string, redactText: RedactText): number {
  record.body = redactBody(body, redactText)
  record.isBodyCut = isBodyCut(body)
  return textSize(record.body)
}

/** Adds the response, or records that there was none. Returns by how many bytes the record grew. */
export function attachOutcome(record: JournalRecord, outcome: Outcome, redactText: RedactText): number {
  record.status = outcome.status
  record.responseBody = redactBody(outcome.body, redactText)
  record.isResponseBodyCut = isBodyCut(outcome.body)
  const { keyId, projectId, serviceAccountId } = outcome.targets
  record.keyId ??= redactOptional(keyId, redactText)
  record.projectId ??= redactOptional(projectId, redactText)
  record.serviceAccountId ??= redactOptional(serviceAccountId, redactText)
  record.reason = redactOptional(outcome.reason, redactText)
  record.finishedAt = outcome.finishedAt
  return textSize(record.responseBody) + textSize(record.reason)
}

const retryCount = /^\d{1,9}$/

export function retryCountOf({ headers }: JournalRecord): number | null {
  const text = headers['x-stainless-retry-count']
  return typeof text === 'string' && retryCount.test(text) ? Number(text) : null
}

/** Returns a record in the form of the control API. */
export function toJournalEntry(record: JournalRecord): JournalEntry {
  const { startedAt, finishedAt, sincePrevious } = record
  return {
    id: record.id,
    time: new Date(record.time).toISOString(),
    operation: record.operation ?? null,
    method: record.method,
    url: record.url,
    path: record.path,
    query: record.query,
    headers: record.headers as JournalEntry['headers'],
    body: record.body ?? null,
    json: parseBody(record.body, record.isBodyCut),
    status: record.status ?? null,
    response_body: record.responseBody ?? null,
    response_json: parseBody(record.responseBody, record.isResponseBodyCut),
    calling_key_id: record.callingKeyId ?? null,
    key_id: record.keyId ?? null,
    project_id: record.projectId ?? null,
    service_account_id: record.serviceAccountId ?? null,
    fault_id: record.faultId ?? null,
    fault_kind: record.faultKind ?? null,
    delivered: record.delivered ?? null,
    retry_count: retryCountOf(record),
    since_previous_ms: sincePrevious === undefined ? null : roundToMicroseconds(sincePrevious),
    duration_ms: finishedAt === undefined ? null : roundToMicroseconds(finishedAt - startedAt),
    reason: record.reason ?? null,
    explanation: explain(record) ?? null,
  }
}

const roundToMicroseconds = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000
