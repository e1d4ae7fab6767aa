import type { FastifyReply, FastifyRequest } from 'fastify'
import { redact } from '../redaction.ts'
import { ApiError } from './api-error.ts'
import type { Behavior } from './behavior.ts'
import { refuseContentType } from './body.ts'
import * as errors from './errors.ts'

// Fastify's own refusals that mean something to a client; any other is a failure of ours.
const frameworkErrors: Record<string, (request: FastifyRequest) => ApiError> = {
  FST_ERR_BAD_URL: () => errors.malformedUrl(),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: refuseContentType,
}

/** What a thrown value is to a client: itself if it is one of the catalogue, else a 500 whose cause is only logged. */
export function toApiError(thrown: unknown, request: FastifyRequest): ApiError {
  if (thrown instanceof ApiError) return thrown
  const code = (thrown as { code?: unknown } | null)?.code
  const known = typeof code === 'string' ? frameworkErrors[code] : undefined
  if (known !== undefined) return known(request)
  request.log.error({ err: thrown, method: request.method, url: redact(request.originalUrl) }, 'request failed')
  return errors.internalError()
}

/** Sends an error as the API words it. The cause goes into a header of ours, for the person who reads the CI log. */
export function sendError(error: ApiError, reply: FastifyReply, behavior: Behavior): FastifyReply {
  reply.code(error.status).headers(error.headers).header('x-emulator-reason', encodeReason(error.reason))
  if (behavior.unknown_route === 'empty' && isUnknownRoute(error)) return reply.code(404).removeHeader('allow').send()
  return reply.send(envelope(error, behavior))
}

/** `{"error": …}`, as JSON text would hold it. */
export function envelope({ status, body }: ApiError, behavior?: Behavior): { error: unknown } {
  const isBare = status === 403 && body.type === 'invalid_request_error' && behavior?.scope_error === 'string'
  return { error: isBare ? body.message : body }
}

const isUnknownRoute = ({ status, body }: ApiError) =>
  body.type === 'invalid_request_error' && (status === 405 || (status === 404 && body.code === null))

// A header takes neither newlines nor what is past Latin-1; readers on the other side expect ASCII.
const reasonLimit = 1024

/** Safe as a header: secrets redacted, all but printable ASCII percent-encoded, cut at 1 KB. */
export function encodeReason(reason: string): string {
  const encoded = redact(reason)
    .toWellFormed()
    .replace(/[^\x20-\x7e]+/g, encodeURIComponent)
  return encoded.slice(0, reasonLimit).replace(/%.?$/, '')
}
