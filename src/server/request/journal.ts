import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { monotonicNow } from '../../common/clock.ts'
import type { JournalRecord } from '../../journal/entry.ts'
import type { Journal } from '../../journal/journal.ts'
import { bearerToken } from '../../openai-api/http/authentication.ts'
import { getBody } from './body.ts'
import { contextOf, operationIdOf } from './context.ts'

/** What a client gets: nothing, where the connection is cut instead. */
export interface ResponseSummary {
  status?: number | undefined
  body?: string | undefined
}

/** Writes into the journal of a sandbox what was asked of it, and answered. */
export function recordRequest(request: FastifyRequest, reply: FastifyReply, { status, body }: ResponseSummary): void {
  const context = contextOf(request)
  const { sandbox, sandboxSignal, target, caller, requestId, startedAt } = context
  // A request that was cut by a reset has no place in the journal that begins with it.
  if (sandbox === undefined || sandboxSignal?.isOver) return
  const { method, headers } = request
  const operation = operationIdOf(request)
  const reason = context.faultReason ?? reply.getHeader('x-emulator-reason')?.toString()
  const record = sandbox.journal.add({
    id: requestId,
    time: sandbox.state.clock.now(),
    operation,
    method,
    url: target.rawPath + target.query,
    path: target.rawPath.replace(/^\/sandbox\/[^/]+/, ''),
    headers,
    body: context.body?.toString('utf8'),
    status,
    responseBody: body,
    callingKeyId: caller?.id,
    keyId: context.keyId ?? targetKeyId(request, operation),
    faultId: context.faultId,
    token: bearerToken(headers.authorization),
    startedAt,
    finishedAt: monotonicNow(),
    reason,
  })
  if (record === undefined) return
  if (context.bodyPromise === undefined && hasBody(headers)) attachBodyLater(request, sandbox.journal, record)
  markDelivered(reply, sandbox.journal, record)
}

const hasBody = (headers: IncomingHttpHeaders) =>
  (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined

/** What is answered before its body was read waits for none: it may be on its way still, or never come. */
function attachBodyLater(request: FastifyRequest, journal: Journal, record: JournalRecord): void {
  const token = bearerToken(request.headers.authorization)
  getBody(request).then(
    (bytes) => bytes !== undefined && journal.addBody(record, bytes.toString('utf8'), token),
    () => {},
  )
}

function markDelivered({ raw }: FastifyReply, journal: Journal, record: JournalRecord): void {
  raw.on('close', () => journal.setDelivered(record, raw.writableFinished))
}

/** The key that an operation is about: of a create the new one. */
export function targetKeyId(
  request: FastifyRequest,
  operation: string | undefined,
  responseText?: string,
): string | undefined {
  if (operation === undefined) return undefined
  if (operation === 'admin-api-keys-create') return /"id":"(key_[A-Za-z0-9]+)"/.exec(responseText ?? '')?.[1]
  return (request.params as { key_id?: string } | undefined)?.key_id
}
