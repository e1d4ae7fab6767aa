import type { FastifyReply, FastifyRequest } from 'fastify'
import { onAbort } from '../../common/abort.ts'
import { onClose } from '../../common/on-close.ts'
import { readApiBody } from '../../openai-api/http/request-body.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { contextOf, type RequestContext } from './context.ts'

/** Returns the body of a request, read once; undefined if it is too long. Rejects as `readApiBody` does. */
export function getBody(request: FastifyRequest): Promise<Buffer | undefined> {
  const context = contextOf(request)
  context.bodyPromise ??= readApiBody(request.raw).then((bytes) => {
    if (bytes !== undefined) recordBody(context, bytes)
    return bytes
  })
  return context.bodyPromise
}

function recordBody({ sandbox, journalRecord, redactText }: RequestContext, bytes: Buffer): void {
  if (journalRecord !== undefined) sandbox?.journal.addBody(journalRecord, bytes.toString('utf8'), redactText)
}

/** Reads the body of a request that has one. Never rejects. */
export const drainBody = (request: FastifyRequest): Promise<unknown> =>
  request.method === 'POST' ? getBody(request).catch(() => undefined) : Promise.resolve()

/** Keeps the sandbox from expiring while a request body arrives, and stops receiving it if the sandbox is reset. */
export function keepSandboxAliveWhileReceiving(sandbox: Sandbox, { raw }: FastifyRequest, reply: FastifyReply): void {
  const release = sandbox.acquire()
  const stopListening = onAbort([sandbox.abortSignal], () => raw.destroy())
  // Once a response is sent, Node no longer reports on the request when the connection breaks.
  onClose([raw, reply.raw], () => {
    release()
    stopListening()
  })
}
