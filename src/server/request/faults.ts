import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { onAbort, RequestAborted, waitUnlessAborted } from '../../common/abort.ts'
import { onClose } from '../../common/on-close.ts'
import { redact } from '../../common/redaction.ts'
import { type ConnectionFault, sendConnectionFault, truncatedBody } from '../../faults/connection-faults.ts'
import type { ErrorContext } from '../../faults/error-for-status.ts'
import { type FaultContext, injectAfter, injectBefore } from '../../faults/inject.ts'
import { bearerToken, credentialIn, scopeOf } from '../../openai-api/http/authentication.ts'
import type { TargetIds } from '../../openai-api/operation-result.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { drainBody, getBody } from './body.ts'
import { contextOf, operationIdOf, type RequestContext } from './context.ts'
import { finishBrokenResponse, finishOnClose, recordFault, targetsOf } from './journal.ts'
import { logRequest } from './log-request.ts'
import { pathInSandbox } from './target.ts'

/** Applies a sandbox's faults to its requests. */
export interface FaultInjector {
  /** Fires faults with `when: before`; returns undefined if none may apply. Rejects with the error to send instead. */
  before(request: FastifyRequest): Promise<void> | undefined
  /** Fires faults with `when: after_commit` and returns the response body to send. Rejects with RequestAborted. */
  after(request: FastifyRequest, body: string): string | Promise<string>
  /** Applies a connection fault in place of a response. */
  breakConnection(fault: ConnectionFault, request: FastifyRequest, reply: FastifyReply): void
}

export function createFaultInjector(closing: AbortSignal, log: FastifyBaseLogger): FaultInjector {
  function mayApply(request: FastifyRequest): boolean {
    return contextOf(request).sandbox?.faults.mayApplyTo(operationIdOf(request) ?? '') ?? false
  }

  /** `body` is the response of the operation, once it has run. */
  function faultContext(request: FastifyRequest, sandbox: Sandbox, body?: string): FaultContext {
    const context = contextOf(request)
    return {
      registry: sandbox.faults,
      request: {
        operation: operationIdOf(request) ?? '',
        ...matchableIds(targetsOf(request)),
        calling_key_id: context.caller?.id,
        headers: request.headers,
      },
      error: errorContext(request),
      now: sandbox.state.clock.now,
      async pause(ms) {
        // Read the body first, so that the journal contains it even if the client gives up during the delay.
        if (body === undefined) await getBody(request).catch(() => {})
        const release = sandbox.acquire()
        await delay(ms, request, [closing, context.sandboxSignal]).finally(release)
      },
      onFired({ id, fault }) {
        recordFault(request, { id, kind: fault.kind, when: fault.when })
        sandbox.changes.notify('faults')
        context.faultReason = undefined
      },
      onPatchFailed({ id }, reason) {
        context.faultReason = reason
        logUnappliedPatch(request, sandbox, reason, id)
      },
    }
  }

  async function applyAfterFaults(request: FastifyRequest, sandbox: Sandbox, body: string): Promise<string> {
    const faultyBody = await injectAfter(faultContext(request, sandbox, body), body)
    if (contextOf(request).sandboxSignal?.aborted) throw new RequestAborted()
    return faultyBody
  }

  // A success has no `x-emulator-reason` that could tell the client.
  function logUnappliedPatch(request: FastifyRequest, { name }: Sandbox, reason: string, fault: string): void {
    log.warn(
      {
        request_id: contextOf(request).requestId,
        sandbox: name,
        operation: operationIdOf(request),
        fault,
        reason: redact(reason, credentialIn(request.headers.authorization)),
      },
      'a fault had no effect: its patch does not apply to the response',
    )
  }

  function hangUntilAborted({ sandbox, sandboxSignal }: RequestContext, { raw }: FastifyReply): void {
    const release = sandbox?.acquire()
    const stopListening = onAbort([closing, sandboxSignal], () => raw.destroy())
    onClose([raw], () => {
      release?.()
      stopListening()
    })
  }

  return {
    before(request) {
      const { sandbox } = contextOf(request)
      if (sandbox === undefined || !mayApply(request)) return undefined
      return injectBefore(faultContext(request, sandbox)).catch(async (fault) => {
        // Read the body first, so that the journal contains it.
        await drainBody(request)
        throw fault
      })
    },

    after(request, body) {
      const { sandbox } = contextOf(request)
      return sandbox === undefined || !mayApply(request) ? body : applyAfterFaults(request, sandbox, body)
    },

    breakConnection(fault, request, reply) {
      const isTruncated = fault.kind === 'truncated_body'
      if (fault.kind === 'hang') {
        finishOnClose(request, reply)
        hangUntilAborted(contextOf(request), reply)
      } else {
        const sent = isTruncated ? { status: 200, body: truncatedBody(fault.body).toString() } : {}
        finishBrokenResponse(request, reply, sent)
      }
      const reason = `fault; fault=${contextOf(request).fault?.id}; kind=${fault.kind}`
      logRequest(request, log, { status: isTruncated ? 200 : undefined, reason })
      sendConnectionFault(fault, reply)
    },
  }
}

const errorContext = (request: FastifyRequest): ErrorContext => ({
  token: bearerToken(request.headers.authorization) ?? '',
  scope: scopeOf(request.method, operationIdOf(request)),
  method: request.method,
  path: pathInSandbox(contextOf(request).target),
  params: request.params as Record<string, string>,
  contentType: request.headers['content-type'],
})

const matchableIds = ({ keyId, projectId }: TargetIds) => ({ key_id: keyId, project_id: projectId })

/** Ends early when the client closes the connection. Rejects with RequestAborted. */
async function delay(ms: number, { socket }: FastifyRequest, signals: (AbortSignal | undefined)[]): Promise<void> {
  const disconnected = new AbortController()
  const disconnect = () => disconnected.abort()
  if (socket.destroyed) disconnect()
  socket.once('close', disconnect)
  try {
    await waitUnlessAborted(ms, [...signals, disconnected.signal])
  } catch (error) {
    if (signals.some((signal) => signal?.aborted)) throw error
  } finally {
    socket.off('close', disconnect)
  }
}
