import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { Cut, type Pauses, whenClosed } from '../../common/abort.ts'
import { redact } from '../../common/redaction.ts'
import { type ConnectionFault, sendConnectionFault } from '../../faults/connection-faults.ts'
import { type FaultContext, injectAfter, injectBefore } from '../../faults/inject.ts'
import { bearerToken, scopeOf } from '../../openai-api/http/authentication.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { drainBody, getBody } from './body.ts'
import { contextOf, operationIdOf, type RequestContext } from './context.ts'
import { finishResponse } from './finish-response.ts'
import { targetKeyId } from './journal.ts'

/** Where armed faults meet requests. */
export interface FaultInjector {
  /** Has those fire that come before the operation; `next` goes on, or answers an error. */
  before(request: FastifyRequest, next: (error?: Error) => void): void
  /** The answer of the operation as those leave it that come after. Rejects with Cut where the sandbox was reset meanwhile. */
  after(request: FastifyRequest, text: string): string | Promise<string>
  /** Does to the connection what a fault says, in the place of an answer. */
  sendConnectionFault(fault: ConnectionFault, request: FastifyRequest, reply: FastifyReply): void
}

export function createFaultInjector(pauses: Pauses, log: FastifyBaseLogger): FaultInjector {
  /** A request as faults see it, `text` being the answer where there is one. */
  function faultContext(request: FastifyRequest, sandbox: Sandbox, text?: string): FaultContext {
    const context = contextOf(request)
    return {
      registry: sandbox.faults,
      request: {
        operation: operationIdOf(request) ?? '',
        key_id: text === undefined ? targetKeyId(request, operationIdOf(request)) : context.keyId,
        calling_key_id: context.caller?.id,
        headers: request.headers,
      },
      token: bearerToken(request.headers.authorization) ?? '',
      scope: scopeOf(request.method),
      now: sandbox.state.clock.now,
      async pause(ms) {
        // What a client has sent counts, also when it gives up meanwhile.
        if (text === undefined) await getBody(request).catch(() => {})
        const sleep = sandbox.acquire()
        await pauses.pause(ms, context.sandboxSignal).finally(sleep)
      },
      onFired({ id }) {
        context.faultId = id
        context.faultReason = undefined
      },
      onPatchFailed({ id }, reason) {
        context.faultReason = reason
        logUnappliedPatch(request, sandbox, reason, id)
      },
    }
  }

  return {
    before(request, next) {
      const { sandbox } = contextOf(request)
      if (sandbox === undefined || !sandbox.faults.mayApplyTo(operationIdOf(request) ?? '')) return next()
      injectBefore(faultContext(request, sandbox)).then(
        () => next(),
        // The journal is to say what was sent.
        (fault) => drainBody(request).then(() => next(fault)),
      )
    },

    after(request, text) {
      const context = contextOf(request)
      const { sandbox } = context
      if (sandbox === undefined || !sandbox.faults.mayApplyTo(operationIdOf(request) ?? '')) return text
      return applyAfterFaults(faultContext(request, sandbox, text), text, context)
    },

    sendConnectionFault(fault, request, reply) {
      const half = fault.text.slice(0, Math.floor(fault.text.length / 2))
      finishResponse(request, reply, fault.kind === 'truncate' ? { status: 200, body: half } : {})
      sendConnectionFault(fault, reply)
      if (fault.kind === 'hang') hangUntilAborted(contextOf(request), reply)
    },
  }

  /** A success has no `x-emulator-reason`: who sees the true answer is told here. */
  function logUnappliedPatch(request: FastifyRequest, { name }: Sandbox, reason: string, fault: string): void {
    log.warn(
      {
        request_id: contextOf(request).requestId,
        sandbox: name,
        operation: operationIdOf(request),
        fault,
        reason: redact(reason, bearerToken(request.headers.authorization)),
      },
      'a fault changed nothing: its patch does not apply to the answer',
    )
  }

  /** Until the client gives up, or is given up. */
  function hangUntilAborted({ sandbox, sandboxSignal }: RequestContext, { raw }: FastifyReply): void {
    whenClosed([raw], [sandbox?.acquire(), pauses.onCut(sandboxSignal, () => raw.destroy())])
  }
}

/** The answer as faults leave it, unless the sandbox was reset while they did. */
async function applyAfterFaults(
  injection: FaultContext,
  text: string,
  { sandboxSignal }: RequestContext,
): Promise<string> {
  const left = await injectAfter(injection, text)
  if (sandboxSignal?.isOver) throw new Cut()
  return left
}
