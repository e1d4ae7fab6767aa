import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { Cut, type Pauses, whenClosed } from '../../common/abort.ts'
import { redact } from '../../common/redaction.ts'
import { play, type WireFault } from '../../faults/connection-faults.ts'
import { befallAfter, befallBefore, type Victim } from '../../faults/inject.ts'
import { bearerToken, scopeOf } from '../../openai-api/http/authentication.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { bodyOf, readBodyOf } from './body.ts'
import { type Exchange, exchangeOf, operationOf } from './context.ts'
import { sign } from './finish-response.ts'
import { keyIdOf } from './journal.ts'

/** Where armed faults meet requests. */
export interface FaultHook {
  /** Has those fire that come before the operation; `next` goes on, or answers an error. */
  before(request: FastifyRequest, next: (error?: Error) => void): void
  /** The answer of the operation as those leave it that come after. Rejects with Cut where the sandbox was reset meanwhile. */
  after(request: FastifyRequest, text: string): string | Promise<string>
  /** Does to the connection what a fault says, in the place of an answer. */
  play(fault: WireFault, request: FastifyRequest, reply: FastifyReply): void
}

export function createFaultHook(pauses: Pauses, log: FastifyBaseLogger): FaultHook {
  /** A request as faults see it, `text` being the answer where there is one. */
  function victimOf(request: FastifyRequest, sandbox: Sandbox, text?: string): Victim {
    const exchange = exchangeOf(request)
    return {
      plan: sandbox.faults,
      occasion: {
        operation: operationOf(request) ?? '',
        key_id: text === undefined ? keyIdOf(request, operationOf(request)) : exchange.keyId,
        calling_key_id: exchange.caller?.id,
        headers: request.headers,
      },
      token: bearerToken(request.headers.authorization) ?? '',
      scope: scopeOf(request.method),
      now: sandbox.state.clock.now,
      async pause(ms) {
        // What a client has sent counts, also when it gives up meanwhile.
        if (text === undefined) await bodyOf(request).catch(() => {})
        const sleep = sandbox.stayAwake()
        await pauses.pause(ms, exchange.generation).finally(sleep)
      },
      note({ id }) {
        exchange.faultId = id
        exchange.remark = undefined
      },
      regret({ id }, reason) {
        exchange.remark = reason
        warn(request, sandbox, reason, id)
      },
    }
  }

  return {
    before(request, next) {
      const { sandbox } = exchangeOf(request)
      if (sandbox === undefined || !sandbox.faults.mayConcern(operationOf(request) ?? '')) return next()
      befallBefore(victimOf(request, sandbox)).then(
        () => next(),
        // The journal is to say what was sent.
        (fault) => readBodyOf(request).then(() => next(fault)),
      )
    },

    after(request, text) {
      const exchange = exchangeOf(request)
      const { sandbox } = exchange
      if (sandbox === undefined || !sandbox.faults.mayConcern(operationOf(request) ?? '')) return text
      return spoilt(victimOf(request, sandbox, text), text, exchange)
    },

    play(fault, request, reply) {
      const half = fault.text.slice(0, Math.floor(fault.text.length / 2))
      sign(request, reply, fault.kind === 'truncate' ? { status: 200, body: half } : {})
      play(fault, reply)
      if (fault.kind === 'hang') holdOpen(exchangeOf(request), reply)
    },
  }

  /** A success has no `x-emulator-reason`: who sees the true answer is told here. */
  function warn(request: FastifyRequest, { name }: Sandbox, reason: string, fault: string): void {
    log.warn(
      {
        request_id: exchangeOf(request).requestId,
        sandbox: name,
        operation: operationOf(request),
        fault,
        reason: redact(reason, bearerToken(request.headers.authorization)),
      },
      'a fault changed nothing: its patch does not apply to the answer',
    )
  }

  /** Until the client gives up, or is given up. */
  function holdOpen({ sandbox, generation }: Exchange, { raw }: FastifyReply): void {
    whenClosed([raw], [sandbox?.stayAwake(), pauses.onCut(generation, () => raw.destroy())])
  }
}

/** The answer as faults leave it, unless the sandbox was reset while they did. */
async function spoilt(victim: Victim, text: string, { generation }: Exchange): Promise<string> {
  const left = await befallAfter(victim, text)
  if (generation?.isOver) throw new Cut()
  return left
}
