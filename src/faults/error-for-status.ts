import { ApiError, type ErrorBody } from '../openai-api/errors/api-error.ts'
import type { Scope } from '../openai-api/errors/catalogue.ts'
import * as errors from '../openai-api/errors/catalogue.ts'

/** What an injected error can say about the request. */
interface ErrorContext {
  token: string
  scope: Scope
  key_id: string | undefined
}

const emulatedError = (status: number, type: string, message: string, code: string | null = null) =>
  new ApiError(status, { message, type, param: null, code }, '')

// The real API's error where it is known; the others are assumptions.
const knownErrors: Record<number, (context: ErrorContext) => ApiError> = {
  401: ({ token }) => errors.incorrectApiKey(token, ''),
  403: ({ scope }) => errors.missingScope(scope),
  404: ({ key_id = 'key_unknown' }) => errors.keyNotFound(key_id, ''),
  408: () => emulatedError(408, 'invalid_request_error', 'The request timed out.'),
  409: () => emulatedError(409, 'invalid_request_error', 'The request conflicts with another.'),
  429: () =>
    emulatedError(429, 'requests', 'Rate limit reached for requests. Please try again later.', 'rate_limit_exceeded'),
  500: () => errors.internalError(),
}

const genericError = (status: number) =>
  status < 500
    ? emulatedError(status, 'invalid_request_error', `The request was rejected with status ${status}.`)
    : emulatedError(status, 'server_error', `The server responded with status ${status}.`)

type Overrides = { [Field in keyof ErrorBody]?: ErrorBody[Field] } & { headers?: Record<string, string> }

/** Returns the API's own error for a status, as far as it is known, with the given fields and headers in place of its own. */
export function errorForStatus(status: number, overrides: Overrides, context: ErrorContext, reason: string): ApiError {
  const { body, headers, apiHeaderLevel, kind } = knownErrors[status]?.(context) ?? genericError(status)
  const { headers: moreHeaders, ...fields } = overrides
  return new ApiError(status, { ...body, ...fields }, reason, {
    headers: { ...headers, ...moreHeaders },
    apiHeaderLevel,
    ...(kind === undefined || overrides.message !== undefined ? {} : { kind }),
  })
}
