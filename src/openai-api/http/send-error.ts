import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { redact } from '../../common/redaction.ts'
import type { Behavior } from '../behavior.ts'
import { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { credentialIn } from './authentication.ts'
import { contentTypeError } from './request-body.ts'

/** Returns the error that a client gets for a thrown value: an ApiError unchanged; a 500 for anything else, which is logged. */
export function toApiError(thrown: unknown, request: FastifyRequest, log: FastifyBaseLogger): ApiError {
  if (thrown instanceof ApiError) return thrown
  // The only error of Fastify itself that is the client's mistake.
  if ((thrown as { code?: unknown } | null)?.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return contentTypeError(request)
  }
  log.error({ err: thrown, method: request.method }, 'request failed')
  return errors.internalError()
}

/** Sends an error in the API's form, with the true cause in `x-emulator-reason` for people who read the log of a test run. */
export function sendError(error: ApiError, reply: FastifyReply, behavior: Behavior): FastifyReply {
  const reason = encodeReason(error.reason, credentialIn(reply.request.headers.authorization))
  reply.code(error.status).headers(error.headers).header('x-emulator-reason', reason)
  // Fastify closes the connection after an error in a body. Here bodies are drained, so only 413 closes it, or the client's
  // own `Connection: close`, where removing the header would also remove Node's.
  if (error.status !== 413 && reply.raw.shouldKeepAlive && reply.hasHeader('connection')) {
    reply.removeHeader('connection')
  }
  if (error.kind === 'unknown_route' && behavior.unknown_route === 'empty') {
    return reply.code(404).removeHeader('allow').send()
  }
  return reply.send(envelope(error, behavior))
}

/** Returns the body of an error response. */
export function envelope({ kind, body }: ApiError, behavior?: Behavior): { error: unknown } {
  return { error: kind === 'scope' && behavior?.scope_error === 'string' ? body.message : body }
}

const reasonLimit = 1024

/** Returns a reason as a header value: without secrets, percent-encoded outside printable ASCII, at most 1 KB. */
export function encodeReason(reason: string, token?: string): string {
  const encoded = redact(reason, token)
    .toWellFormed()
    .replace(/[^\x20-\x7e]+/g, encodeURIComponent)
  // Does not end in the middle of an escape.
  return encoded.length > reasonLimit ? encoded.slice(0, reasonLimit).replace(/%.?$/, '') : encoded
}
