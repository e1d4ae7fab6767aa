import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { monotonicNow } from '../../common/clock.ts'
import { onClose } from '../../common/on-close.ts'
import { createRedactor } from '../../journal/redact-entry.ts'
import { credentialIn } from '../../openai-api/http/authentication.ts'
import { addApiHeaders } from '../../openai-api/http/response-headers.ts'
import type { TargetIds } from '../../openai-api/operation-result.ts'
import { getBody } from './body.ts'
import { contextOf, type FiredFault, operationIdOf } from './context.ts'

/** What the client receives: both undefined if the connection is closed instead. */
interface SentResponse {
  status?: number | undefined
  body?: string | undefined
}

/** Records a request in the journal of its sandbox, as pending. */
export function recordArrival(request: FastifyRequest): void {
  const context = contextOf(request)
  const { sandbox, target } = context
  if (sandbox === undefined) return
  const { method, headers } = request
  context.redactText = createRedactor(credentialIn(headers.authorization))
  context.journalRecord = sandbox.journal.add(
    {
      id: context.requestId,
      time: sandbox.state.clock.now(),
      operation: operationIdOf(request),
      method,
      url: target.rawPath + target.query,
      path: target.rawPath.replace(/^\/sandbox\/[^/]+/, ''),
      headers,
      hasBody: hasBody(headers),
      callingKeyId: context.caller?.id,
      ...targetsOf(request),
      faultId: context.fault?.id,
      faultKind: context.fault?.kind,
      faultWhen: context.fault?.when,
      startedAt: context.startedAt,
    },
    context.redactText,
  )
}

const hasBody = (headers: IncomingHttpHeaders) =>
  (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined

/** Adds the API's identity and timing headers to a response and completes the request's journal entry. */
export function finishResponse(request: FastifyRequest, reply: FastifyReply, response: SentResponse): void {
  const now = monotonicNow()
  addIdentity(request, reply, now)
  if (recordOutcome(request, reply, response, now)) setDeliveredOnClose(request, reply)
}

/** Does the same if a fault closes the connection, with or without a response. */
export function finishBrokenResponse(request: FastifyRequest, reply: FastifyReply, response: SentResponse): void {
  const now = monotonicNow()
  addIdentity(request, reply, now)
  if (recordOutcome(request, reply, response, now)) setDelivered(request, false)
}

/** Completes the entry of a request without a response when its connection is closed. */
export function finishOnClose(request: FastifyRequest, reply: FastifyReply): void {
  onClose([reply.raw], () => {
    if (recordOutcome(request, reply, {}, monotonicNow())) setDelivered(request, false)
  })
}

function addIdentity(request: FastifyRequest, reply: FastifyReply, now: number): void {
  const { requestId, sandbox, apiHeaderLevel, startedAt } = contextOf(request)
  const organizationId = sandbox?.settings.organization.id
  addApiHeaders(reply, { requestId, apiHeaderLevel, organizationId, duration: now - startedAt })
}

/** Returns whether the request is in the journal. */
function recordOutcome(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, body }: SentResponse,
  finishedAt: number,
): boolean {
  const context = contextOf(request)
  // A request that a reset aborted does not belong in the journal that starts with the reset.
  if (context.sandboxSignal?.aborted) return false
  // The request was rejected immediately.
  if (context.journalRecord === undefined) recordArrival(request)
  const { sandbox, journalRecord } = context
  if (sandbox === undefined || journalRecord === undefined) return false
  const reason = context.faultReason ?? reply.getHeader('x-emulator-reason')?.toString()
  const outcome = { status, body, targets: context.targets, reason, finishedAt }
  sandbox.journal.addOutcome(journalRecord, outcome, context.redactText)
  // The response does not wait for an unread body, which may still be arriving or may never arrive.
  if (context.bodyPromise === undefined && hasBody(request.headers)) getBody(request).catch(() => {})
  return true
}

function setDeliveredOnClose(request: FastifyRequest, { raw }: FastifyReply): void {
  const setResult = () => setDelivered(request, raw.writableFinished)
  // If the client left while its request waited, the response closed before it was recorded.
  if (raw.closed) setResult()
  else raw.on('close', setResult)
}

function setDelivered(request: FastifyRequest, delivered: boolean): void {
  const { sandbox, journalRecord } = contextOf(request)
  if (journalRecord !== undefined) sandbox?.journal.setDelivered(journalRecord, delivered)
}

/** Adds the last fault that fired to the entry of a request. */
export function recordFault(request: FastifyRequest, fault: FiredFault): void {
  const context = contextOf(request)
  context.fault = fault
  if (context.journalRecord === undefined) return
  context.journalRecord.faultId = fault.id
  context.journalRecord.faultKind = fault.kind
  context.journalRecord.faultWhen = fault.when
}

/** Returns the ids of the objects that the request concerns: those in its URL, and those that its operation added. */
export function targetsOf(request: FastifyRequest): TargetIds {
  const { isUnknownRoute, targets } = contextOf(request)
  if (isUnknownRoute) return {}
  const { key_id, api_key_id, project_id, service_account_id } = (request.params ?? {}) as Record<string, string>
  const keyId = key_id ?? api_key_id ?? targets.keyId
  const projectId = project_id ?? targets.projectId
  const serviceAccountId = service_account_id ?? targets.serviceAccountId
  return {
    ...(keyId === undefined ? {} : { keyId }),
    ...(projectId === undefined ? {} : { projectId }),
    ...(serviceAccountId === undefined ? {} : { serviceAccountId }),
  }
}
