import type { FastifyReply, FastifyRequest } from 'fastify'
import { whenClosed } from '../../common/abort.ts'
import { readBody } from '../../openai-api/http/request-body.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { contextOf } from './context.ts'

/** The body of a request, read once; `undefined` for one that is too long. Rejects as `readBody` does. */
export function getBody(request: FastifyRequest): Promise<Buffer | undefined> {
  const context = contextOf(request)
  context.bodyPromise ??= readBody(request.raw).then((bytes) => {
    context.body = bytes
    return bytes
  })
  return context.bodyPromise
}

/** Reads the body of a request that has one, whatever comes of it. */
export const drainBody = (request: FastifyRequest): Promise<unknown> =>
  request.method === 'POST' ? getBody(request).catch(() => undefined) : Promise.resolve()

/**
 * While a body is on its way to it a sandbox does not idle, unless the answer does not wait for it; should it be reset
 * meanwhile, nobody waits for the rest.
 */
export function keepSandboxAliveWhileReceiving(sandbox: Sandbox, { raw }: FastifyRequest, reply: FastifyReply): void {
  // Of a request that has been answered Node does not say when its connection breaks.
  whenClosed([raw, reply.raw], [sandbox.acquire(), sandbox.generation.onEnd(() => raw.destroy())])
}
