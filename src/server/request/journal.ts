import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { monotonicNow } from '../../common/clock.ts'
import type { JournalRecord } from '../../journal/entry.ts'
import type { Journal } from '../../journal/journal.ts'
import { bearerToken } from '../../openai-api/http/authentication.ts'
import { addApiHeaders } from '../../openai-api/http/response-headers.ts'
import { getBody } from './body.ts'
import { contextOf, operationIdOf } from './context.ts'

/** What the client receives: both undefined if the connection is closed instead. */
interface SentResponse {
  status?: number | undefined
  body?: string | undefined
}

/** Adds the API's identity and timing headers and records the request in the journal. */
export function finishResponse(request: FastifyRequest, reply: FastifyReply, response: SentResponse): void {
  const { requestId, sandbox, apiHeaderLevel, startedAt } = contextOf(request)
  const organizationId = sandbox?.settings.organization.id
  addApiHeaders(reply, { requestId, apiHeaderLevel, organizationId, duration: monotonicNow() - startedAt })
  recordRequest(request, reply, response)
}

function recordRequest(request: FastifyRequest, reply: FastifyReply, { status, body }: SentResponse): void {
  const context = contextOf(request)
  const { sandbox, sandboxSignal, target, caller, requestId, startedAt } = context
  // A request that a reset aborted does not belong in the journal that starts with the reset.
  if (sandbox === undefined || sandboxSignal?.aborted) return
  const { method, headers } = request
  const record = sandbox.journal.add({
    id: requestId,
    time: sandbox.state.clock.now(),
    operation: operationIdOf(request),
    method,
    url: target.rawPath + target.query,
    path: target.rawPath.replace(/^\/sandbox\/[^/]+/, ''),
    headers,
    body: context.body?.toString('utf8'),
    status,
    responseBody: body,
    callingKeyId: caller?.id,
    keyId: context.keyId ?? keyIdParam(request),
    faultId: context.faultId,
    token: bearerToken(headers.authorization),
    startedAt,
    finishedAt: monotonicNow(),
    reason: context.faultReason ?? reply.getHeader('x-emulator-reason')?.toString(),
  })
  if (record === undefined) return
  if (context.bodyPromise === undefined && hasBody(headers)) attachBodyLater(request, sandbox.journal, record)
  markDelivered(reply, sandbox.journal, record)
}

const hasBody = (headers: IncomingHttpHeaders) =>
  (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined

// The response does not wait for a body that nothing has read: it may still be arriving, or never arrive.
function attachBodyLater(request: FastifyRequest, journal: Journal, record: JournalRecord): void {
  const token = bearerToken(request.headers.authorization)
  getBody(request).then(
    (bytes) => bytes !== undefined && journal.addBody(record, bytes.toString('utf8'), token),
    () => {},
  )
}

function markDelivered({ raw }: FastifyReply, journal: Journal, record: JournalRecord): void {
  const setDelivered = () => journal.setDelivered(record, raw.writableFinished)
  // A client that left while its request waited has closed the response before it was recorded.
  if (raw.closed) setDelivered()
  else raw.on('close', setDelivered)
}

/** Returns the id of the key that the URL names, if the operation has one. */
export const keyIdParam = (request: FastifyRequest): string | undefined =>
  contextOf(request).isUnknownRoute ? undefined : (request.params as { key_id?: string } | undefined)?.key_id
