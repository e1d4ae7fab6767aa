import { mask } from '../../common/redaction.ts'
import { ApiError, type ErrorKind } from './api-error.ts'

/** The scope that an operation requires of a key. */
export type Scope = 'api.management.read' | 'api.management.write' | 'api.model.read'

interface Fields {
  param?: string
  code?: string
  kind?: ErrorKind
  headers?: Record<string, string>
}

function invalidRequest(status: number, message: string, reason: string, fields: Fields = {}): ApiError {
  const { param = null, code = null, ...details } = fields
  return new ApiError(status, { message, type: 'invalid_request_error', param, code }, reason, details)
}

function unauthorized(message: string, reason: string, code: string | null, apiHeaderLevel: 'minimal' | 'versioned') {
  return new ApiError(401, { message, type: 'invalid_request_error', param: null, code }, reason, {
    headers: { 'www-authenticate': 'Bearer realm="OpenAI API"' },
    apiHeaderLevel,
  })
}

// Messages of the real API; docs/fidelity.md gives the evidence for each.

export const missingAuthentication = (): ApiError =>
  unauthorized('Missing bearer or basic authentication in header', 'missing_authentication', null, 'minimal')

/** `reason` says whether the key is unknown, deleted or expired; the response does not. */
export const incorrectApiKey = (token: string, reason: string): ApiError =>
  unauthorized(
    `Incorrect API key provided: ${mask(token)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
    reason,
    'invalid_api_key',
    'versioned',
  )

export const mismatchedOrganization = (header: string, organizationId: string): ApiError =>
  unauthorized(
    'OpenAI-Organization header should match organization for API key',
    `mismatched_organization; header=${header}; organization=${organizationId}`,
    'mismatched_organization',
    'versioned',
  )

/** `reason` says which key lacks the scope. */
export const missingScope = (scope: Scope, reason = 'not_an_admin_key'): ApiError =>
  invalidRequest(
    403,
    `You have insufficient permissions for this operation. Missing scopes: ${scope}. Check that you have the correct role in your organization, and if you're using a restricted API key, that it has the necessary scopes.`,
    `${reason}; missing_scope=${scope}`,
    { kind: 'scope' },
  )

/** `noun` is what the ID should have named, such as "admin API key". */
export const notFound = (noun: string, id: string, reason: string): ApiError =>
  invalidRequest(404, `The ${noun} ${id} was not found`, reason, { code: 'not_found' })

export const missingParameter = (param: string): ApiError =>
  invalidRequest(400, `Missing required parameter: '${param}'.`, `missing_required_parameter; param=${param}`, {
    param,
    code: 'missing_required_parameter',
  })

/** `expected` and `got` with their articles: "a string", "an integer". */
export const invalidType = (param: string, expected: string, got: string): ApiError =>
  invalidRequest(
    400,
    `Invalid type for '${param}': expected ${expected}, but got ${got} instead.`,
    `invalid_type; param=${param}; expected=${expected}; got=${got}`,
    { param, code: 'invalid_type' },
  )

export const integerBelowMinimum = (param: string, minimum: number, got: number): ApiError =>
  invalidRequest(
    400,
    `Invalid '${param}': integer below minimum value. Expected a value >= ${minimum}, but got ${got} instead.`,
    `integer_below_min_value; param=${param}; minimum=${minimum}; got=${got}`,
    { param, code: 'integer_below_min_value' },
  )

export const integerAboveMaximum = (param: string, maximum: number, got: number): ApiError =>
  invalidRequest(
    400,
    `Invalid '${param}': integer above maximum value. Expected a value <= ${maximum}, but got ${got} instead.`,
    `integer_above_max_value; param=${param}; maximum=${maximum}; got=${got}`,
    { param, code: 'integer_above_max_value' },
  )

export const unsupportedValue = (param: string, value: string, supported: readonly string[]): ApiError =>
  invalidRequest(
    400,
    `Invalid value: '${value}'. Supported values are: ${supported.map((each) => `'${each}'`).join(' and ')}.`,
    `invalid_value; param=${param}; value=${value}`,
    { param, code: 'invalid_value' },
  )

export const malformedJson = (reason: string): ApiError =>
  invalidRequest(
    400,
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
    reason,
  )

/** `path` is the raw path without the query and without `/sandbox/NAME`. */
export const unknownUrl = (method: string, path: string, cause = 'unknown_url'): ApiError =>
  invalidRequest(404, `Invalid URL (${method} ${path})`, `${cause}; method=${method}; path=${path}`, {
    kind: 'unknown_route',
  })

export const methodNotAllowed = (method: string, path: string, allowed: string): ApiError =>
  invalidRequest(
    405,
    `Not allowed to ${method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`,
    `method_not_allowed; method=${method}; path=${path}; allow=${allowed}`,
    { kind: 'unknown_route', headers: { allow: allowed } },
  )

export const internalError = (): ApiError =>
  new ApiError(
    500,
    {
      message: 'The server had an error while processing your request. Sorry about that!',
      type: 'server_error',
      param: null,
      code: null,
    },
    "internal_error; see the emulator's log",
  )

// Assumed messages: no response of the real API was found for these.

const invalidValue = (param: string, message: string, reason: string): ApiError =>
  invalidRequest(400, message, reason, { param, code: 'invalid_value' })

/** `noun` is what the ID should have named, such as "admin API key". */
export const unknownCursor = (param: string, cursor: string, noun: string, reason: string): ApiError =>
  invalidValue(param, `Invalid value: '${cursor}'. No ${noun} with this ID was found.`, reason)

export const repeatedParameter = (param: string): ApiError =>
  invalidValue(
    param,
    `Invalid value for '${param}': the parameter may be given only once.`,
    `repeated_parameter; param=${param}`,
  )

export const illFormedString = (param: string): ApiError =>
  invalidValue(
    param,
    `Invalid value for '${param}': the string holds a surrogate without its pair, which is not valid Unicode.`,
    `lone_surrogate; param=${param}`,
  )

export const bodyNotAnObject = (got: string): ApiError =>
  invalidRequest(
    400,
    `Invalid type for the request body: expected an object, but got ${got} instead.`,
    `body_not_an_object; got=${got}`,
    { code: 'invalid_type' },
  )

export const unsupportedContentType = (contentType: string | undefined): ApiError =>
  invalidRequest(
    415,
    `Unsupported content type: ${contentType === undefined ? 'none' : `'${contentType}'`}. This API method only accepts 'application/json' requests.`,
    `unsupported_content_type; content_type=${contentType ?? 'none'}`,
    { code: 'unsupported_content_type' },
  )

/** `limit` in bytes. */
export const bodyTooLarge = (limit: number): ApiError =>
  invalidRequest(
    413,
    `The request body is too large: at most ${limit} bytes are accepted.`,
    `body_too_large; limit=${limit}`,
  )

export const malformedUrl = (): ApiError =>
  invalidRequest(400, 'The URL of the request is malformed: its percent-encoding is not valid UTF-8.', 'malformed_url')

export const missingHost = (): ApiError =>
  invalidRequest(400, 'The request is malformed: HTTP/1.1 requires a Host header.', 'missing_host')

/** `detail` is the parser's code, such as `HPE_INVALID_METHOD`. */
export const malformedRequest = (detail: string): ApiError =>
  invalidRequest(400, 'The request is malformed: it could not be read as HTTP.', `malformed_http; detail=${detail}`)

export const headersTooLarge = (): ApiError =>
  invalidRequest(431, 'The headers of the request are too large.', 'headers_too_large')

export const requestTimeout = (): ApiError =>
  invalidRequest(408, 'The request took too long to arrive.', 'request_timeout')

/** `excluded` cannot be used together with `other`. */
export const exclusiveParameters = (other: string, excluded: string): ApiError =>
  invalidValue(
    excluded,
    `Invalid value for '${excluded}': it cannot be used together with '${other}'.`,
    `exclusive_parameters; param=${excluded}; other=${other}; behavior=exclusive_fields:reject`,
  )

/** None of `params` was given. */
export const missingAnyParameter = (params: readonly [string, ...string[]]): ApiError =>
  invalidRequest(
    400,
    `Missing required parameter: ${params.map((param) => `'${param}'`).join(' or ')}.`,
    `missing_required_parameter; params=${params.join(',')}`,
    { param: params[0], code: 'missing_required_parameter' },
  )

/** `action` is a past participle: "modified". */
export const defaultProjectFixed = (id: string, action: string): ApiError =>
  invalidRequest(400, `The default project cannot be ${action}.`, `default_project; project=${id}`, {
    code: 'default_project',
  })

export const projectArchived = (id: string): ApiError =>
  invalidRequest(400, `The project ${id} is archived.`, `project_archived; project=${id}`, { code: 'project_archived' })

export const keyExpired = (id: string, reason: string): ApiError =>
  invalidRequest(400, `The API key ${id} has expired and cannot be updated.`, reason, { code: 'key_expired' })

export const serviceAccountKey = (id: string): ApiError =>
  invalidRequest(
    400,
    `The API key ${id} belongs to a service account and cannot be deleted.`,
    `service_account_key; key=${id}; behavior=service_account_key_delete:reject`,
    { code: 'service_account_key' },
  )
