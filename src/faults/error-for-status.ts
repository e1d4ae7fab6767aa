import { ApiError, type ErrorBody } from '../openai-api/errors/api-error.ts'
import type { Scope } from '../openai-api/errors/catalogue.ts'
import * as errors from '../openai-api/errors/catalogue.ts'

/** What an injected error may say of the request that it answers. */
interface Context {
  token: string
  scope: Scope
  key_id: string | undefined
}

const ours = (status: number, type: string, message: string, code: string | null = null) =>
  new ApiError(status, { message, type, param: null, code }, '')

// Where the service's own answer is known, that; the others are ours.
const known: Record<number, (context: Context) => ApiError> = {
  401: ({ token }) => errors.incorrectApiKey(token, ''),
  403: ({ scope }) => errors.missingScope(scope),
  404: ({ key_id = 'key_unknown' }) => errors.keyNotFound(key_id, ''),
  408: () => ours(408, 'invalid_request_error', 'The request timed out.', 'request_timeout'),
  409: () => ours(409, 'invalid_request_error', 'The request conflicts with another.', 'conflict'),
  429: () => ours(429, 'requests', 'Rate limit reached for requests. Please try again later.', 'rate_limit_exceeded'),
  500: () => errors.internalError(),
}

const other = (status: number) =>
  status < 500
    ? ours(status, 'invalid_request_error', `The request was refused with ${status}.`)
    : ours(status, 'server_error', `The server answered with ${status}.`)

/** What is given in the place of what the service would say. */
type Given = { [Field in keyof ErrorBody]?: ErrorBody[Field] } & { headers?: Record<string, string> }

/** The API's own error of a status, or as much of one as is known, with what was given in its place. */
export function injectedError(status: number, given: Given, context: Context, reason: string): ApiError {
  const { body, headers, disclosure, kind } = known[status]?.(context) ?? other(status)
  const { headers: moreHeaders, ...fields } = given
  return new ApiError(status, { ...body, ...fields }, reason, {
    headers: { ...headers, ...moreHeaders },
    disclosure,
    ...(kind === undefined || given.message !== undefined ? {} : { kind }),
  })
}
