import type { FastifyReply, FastifyRequest } from 'fastify'
import { whenClosed } from '../../common/abort.ts'
import { readBody } from '../../openai-api/http/request-body.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { exchangeOf } from './context.ts'

/** The body of a request, read once; `undefined` for one that is too long. Rejects as `readBody` does. */
export function bodyOf(request: FastifyRequest): Promise<Buffer | undefined> {
  const exchange = exchangeOf(request)
  exchange.sent ??= readBody(request.raw).then((bytes) => {
    exchange.body = bytes
    return bytes
  })
  return exchange.sent
}

/** Reads the body of a request that has one, whatever comes of it. */
export const readBodyOf = (request: FastifyRequest): Promise<unknown> =>
  request.method === 'POST' ? bodyOf(request).catch(() => undefined) : Promise.resolve()

/**
 * While a body is on its way to it a sandbox does not idle, unless the answer does not wait for it; should it be reset
 * meanwhile, nobody waits for the rest.
 */
export function awaitBody(sandbox: Sandbox, { raw }: FastifyRequest, reply: FastifyReply): void {
  // Of a request that has been answered Node does not say when its connection breaks.
  whenClosed([raw, reply.raw], [sandbox.stayAwake(), sandbox.generation.onEnd(() => raw.destroy())])
}
