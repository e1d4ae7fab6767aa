import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { redact } from '../../common/redaction.ts'
import type { Behavior } from '../behavior.ts'
import { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { bearerToken } from './authentication.ts'
import { contentTypeError } from './request-body.ts'

/** What a thrown value is to a client: itself if it is one of the catalogue, else a 500 whose cause is only logged. */
export function toApiError(thrown: unknown, request: FastifyRequest, log: FastifyBaseLogger): ApiError {
  if (thrown instanceof ApiError) return thrown
  // The one refusal of Fastify's own that means something to a client.
  if ((thrown as { code?: unknown } | null)?.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return contentTypeError(request)
  log.error({ err: thrown, method: request.method }, 'request failed')
  return errors.internalError()
}

/** Sends an error as the API words it. The cause goes into a header of ours, for the person who reads the CI log. */
export function sendError(error: ApiError, reply: FastifyReply, behavior: Behavior): FastifyReply {
  const reason = encodeReason(error.reason, bearerToken(reply.request.headers.authorization))
  reply.code(error.status).headers(error.headers).header('x-emulator-reason', reason)
  // Fastify gives up a connection on which a body was refused; but a body is read to its end, unless it is endless.
  if (error.status !== 413) reply.removeHeader('connection')
  if (error.kind === 'unknown_route' && behavior.unknown_route === 'empty') {
    return reply.code(404).removeHeader('allow').send()
  }
  return reply.send(envelope(error, behavior))
}

/** `{"error": …}`, as JSON text would hold it. */
export function envelope({ kind, body }: ApiError, behavior?: Behavior): { error: unknown } {
  return { error: kind === 'scope' && behavior?.scope_error === 'string' ? body.message : body }
}

// A header takes neither newlines nor what is past Latin-1; readers on the other side expect ASCII.
const reasonLimit = 1024

/** Safe as a header: secrets redacted, all but printable ASCII percent-encoded, cut at 1 KB. */
export function encodeReason(reason: string, token?: string): string {
  const encoded = redact(reason, token)
    .toWellFormed()
    .replace(/[^\x20-\x7e]+/g, encodeURIComponent)
  // No half of an escape at the end.
  return encoded.length > reasonLimit ? encoded.slice(0, reasonLimit).replace(/%.?$/, '') : encoded
}
