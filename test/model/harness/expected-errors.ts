/** The exact response that the server must send. */
export interface ExpectedResponse {
  status: number
  text: string
}

interface ErrorFields {
  code?: string
  param?: string
  type?: string
}

const errorResponse = (
  status: number,
  message: string,
  { code, param, type = 'invalid_request_error' }: ErrorFields = {},
): ExpectedResponse => ({
  status,
  text: JSON.stringify({ error: { message, type, param: param ?? null, code: code ?? null } }),
})

export const missingApiKey = () => errorResponse(401, 'Missing bearer or basic authentication in header')

export function incorrectApiKey(token: string): ExpectedResponse {
  const masked = token.length <= 12 ? token : `${token.slice(0, 8)}${'*'.repeat(token.length - 12)}${token.slice(-4)}`
  const message = `Incorrect API key provided: ${masked}. You can find your API key at https://platform.openai.com/account/api-keys.`
  return errorResponse(401, message, { code: 'invalid_api_key' })
}

export type Scope = 'api.management.read' | 'api.management.write' | 'api.model.read'

export const missingScope = (scope: Scope) =>
  errorResponse(
    403,
    `You have insufficient permissions for this operation. Missing scopes: ${scope}. Check that you have the correct role in your organization, and if you're using a restricted API key, that it has the necessary scopes.`,
  )

export const notFound = (noun: string, id: string) =>
  errorResponse(404, `The ${noun} ${id} was not found`, { code: 'not_found' })

export const unknownKey = (id: string) => notFound('admin API key', id)

export const unknownCursor = (cursor: string, noun: string, param = 'after') =>
  errorResponse(400, `Invalid value: '${cursor}'. No ${noun} with this ID was found.`, { code: 'invalid_value', param })

export const defaultProjectFixed = (action: string) =>
  errorResponse(400, `The default project cannot be ${action}.`, { code: 'default_project' })

export const projectArchived = (id: string) =>
  errorResponse(400, `The project ${id} is archived.`, { code: 'project_archived' })

export const keyExpired = (id: string) =>
  errorResponse(400, `The API key ${id} has expired and cannot be updated.`, { code: 'key_expired' })

export const missingAnyField = () =>
  errorResponse(400, "Missing required parameter: 'scopes' or 'expires_in_seconds'.", {
    code: 'missing_required_parameter',
    param: 'scopes',
  })

export const exclusiveFields = (other: string, param: string) =>
  errorResponse(400, `Invalid value for '${param}': it cannot be used together with '${other}'.`, {
    code: 'invalid_value',
    param,
  })

export const injectedError = (status: number) =>
  status < 500
    ? errorResponse(status, `The request was refused with ${status}.`)
    : errorResponse(status, `The server responded with status ${status}.`, { type: 'server_error' })

export const malformedUrl = () =>
  errorResponse(400, 'The URL of the request is malformed: its percent-encoding is not valid UTF-8.')

export const unknownUrl = (method: string, path: string) => errorResponse(404, `Invalid URL (${method} ${path})`)

export const methodNotAllowed = (method: string, path: string) =>
  errorResponse(405, `Not allowed to ${method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`)

export const invalidLimitType = () =>
  errorResponse(400, "Invalid type for 'limit': expected an integer, but got a string instead.", {
    code: 'invalid_type',
    param: 'limit',
  })

const malformedJson = errorResponse(
  400,
  "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
)
const missingName = errorResponse(400, "Missing required parameter: 'name'.", {
  code: 'missing_required_parameter',
  param: 'name',
})

/** Bodies, in Latin-1, that every operation with a body rejects, and the error response to each. */
export const malformedBodies: { body: string; response: ExpectedResponse }[] = [
  { body: '{"name":"\xff"}', response: malformedJson },
  { body: '{"name":"unterminated', response: malformedJson },
  {
    body: '[]',
    response: errorResponse(400, 'Invalid type for the request body: expected an object, but got an array instead.', {
      code: 'invalid_type',
    }),
  },
]

/** Invalid create bodies, in Latin-1, and the error response to each. */
export const invalidBodies: { body: string; response: ExpectedResponse }[] = [
  ...malformedBodies,
  { body: '{"name":"\xed\xa0\x80"}', response: malformedJson },
  { body: '', response: missingName },
  { body: '{}', response: missingName },
  {
    body: '{"name":5}',
    response: errorResponse(400, "Invalid type for 'name': expected a string, but got an integer instead.", {
      code: 'invalid_type',
      param: 'name',
    }),
  },
  {
    body: '{"name":"\\ud800"}',
    response: errorResponse(
      400,
      "Invalid value for 'name': the string holds a surrogate without its pair, which is not valid Unicode.",
      { code: 'invalid_value', param: 'name' },
    ),
  },
  {
    body: '{"name":"a","expires_in_seconds":0}',
    response: errorResponse(
      400,
      "Invalid 'expires_in_seconds': integer below minimum value. Expected a value >= 1, but got 0 instead.",
      { code: 'integer_below_min_value', param: 'expires_in_seconds' },
    ),
  },
  {
    body: '{"name":"a","expires_in_seconds":31536001}',
    response: errorResponse(
      400,
      "Invalid 'expires_in_seconds': integer above maximum value. Expected a value <= 31536000, but got 31536001 instead.",
      { code: 'integer_above_max_value', param: 'expires_in_seconds' },
    ),
  },
]
