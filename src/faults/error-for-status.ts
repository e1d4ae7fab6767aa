import { ApiError, type ErrorBody } from '../openai-api/errors/api-error.ts'
import type { Scope } from '../openai-api/errors/catalogue.ts'
import * as errors from '../openai-api/errors/catalogue.ts'
import { subjectOf } from '../openai-api/errors/nouns.ts'
import { maxBodyBytes } from '../openai-api/http/request-body.ts'

/** The parts of the request that an injected error contains. */
export interface ErrorContext {
  token: string
  scope: Scope
  method: string
  /** Without the query and without `/sandbox/NAME`. */
  path: string
  /** The parameters of the URL. */
  params: Readonly<Record<string, string>>
  contentType: string | undefined
}

const assumedError = (status: number, type: string, message: string, code: string | null = null) =>
  new ApiError(status, { message, type, param: null, code }, '')

// The real API's error where it is known; the others are assumptions.
const knownErrors: Record<number, (context: ErrorContext) => ApiError> = {
  401: ({ token }) => errors.incorrectApiKey(token, ''),
  403: ({ scope }) => errors.missingScope(scope),
  404: ({ params }) => {
    const subject = subjectOf(params)
    if (subject !== undefined) return errors.notFound(subject.noun, subject.id, '')
    return assumedError(404, 'invalid_request_error', 'The requested resource was not found', 'not_found')
  },
  // Without its kind: `unknown_route: empty` concerns only URLs and methods that the API does not know.
  405: ({ method, path }) => new ApiError(405, errors.methodNotAllowed(method, path, '').body, ''),
  408: () => assumedError(408, 'invalid_request_error', 'The request timed out.'),
  409: () => assumedError(409, 'invalid_request_error', 'The request conflicts with another.'),
  413: () => errors.bodyTooLarge(maxBodyBytes),
  415: ({ contentType }) => errors.unsupportedContentType(contentType),
  429: () =>
    assumedError(429, 'requests', 'Rate limit reached for requests. Please try again later.', 'rate_limit_exceeded'),
  500: () => errors.internalError(),
}

const genericError = (status: number) =>
  status < 500
    ? assumedError(status, 'invalid_request_error', `The request was rejected with status ${status}.`)
    : assumedError(status, 'server_error', `The server responded with status ${status}.`)

export type ErrorOverrides = { [Field in keyof ErrorBody]?: ErrorBody[Field] } & { headers?: Record<string, string> }

/** Returns the API's own error for a status, as far as it is known, with the given fields and headers in place of its own. */
export function errorForStatus(
  status: number,
  overrides: ErrorOverrides,
  context: ErrorContext,
  reason: string,
): ApiError {
  const known = knownErrors[status]?.(context) ?? genericError(status)
  const { message = known.body.message, type = known.body.type } = overrides
  const { param = known.body.param, code = known.body.code } = overrides
  return new ApiError(status, { message, type, param, code }, reason, {
    headers: { ...known.headers, ...overrides.headers },
    apiHeaderLevel: known.apiHeaderLevel,
    ...(known.kind === undefined || overrides.message !== undefined ? {} : { kind: known.kind }),
  })
}
