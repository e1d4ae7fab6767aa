import type { FastifyBaseLogger, FastifyReply } from 'fastify'
import { destroyConnection } from './context.ts'

/**
 * Sends a response. If that throws, as Node does for a header with a line break, nothing valid can be sent any more: the
 * connection is closed, and the process goes on.
 */
export function sendOrDestroy(reply: FastifyReply, log: FastifyBaseLogger, send: () => void): void {
  try {
    send()
  } catch (error) {
    log.error({ err: error }, 'the response could not be sent')
    destroyConnection(reply)
  }
}
