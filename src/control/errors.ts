import { ApiError } from '../openai/api-error.ts'

// Errors of the emulator itself, never of the service: `type` tells the two apart, `code` begins the reason too.

function emulatorError(status: number, code: string, message: string, details: string, headers = {}): ApiError {
  const body = { message, type: 'emulator_error', param: null, code }
  return new ApiError(status, body, `${code}; ${details}`, { headers })
}

export const sandboxLimit = (name: string, limit: number): ApiError =>
  emulatorError(
    503,
    'sandbox_limit',
    `The sandbox '${name}' cannot be made: ${limit} sandboxes exist, the most that --max-sandboxes allows.`,
    `sandbox=${name}; limit=${limit}`,
    { 'x-should-retry': 'false' },
  )

export const unknownControlUrl = (method: string, path: string): ApiError =>
  emulatorError(
    404,
    'unknown_url',
    `The emulator has no such page or control: ${method} ${path}`,
    `method=${method}; path=${path}`,
  )

export const controlMethodNotAllowed = (method: string, path: string, allowed: string): ApiError =>
  emulatorError(
    405,
    'method_not_allowed',
    `${method} is not allowed on ${path}; use ${allowed}.`,
    `method=${method}; path=${path}; allow=${allowed}`,
    { allow: allowed },
  )

export const forbiddenHost = (host: string): ApiError =>
  emulatorError(
    403,
    'forbidden_host',
    `The host '${host}' is not allowed here: it must be an IP address, a name without a dot, a name under .localhost, .local or .internal, or one given with --allow-host.`,
    `host=${host}`,
  )
