import { ApiError } from '../openai/api-error.ts'

/** Errors of the emulator itself, never of the service: `type` tells the two apart. */
function emulatorError(status: number, message: string, code: string | null, headers?: Record<string, string>) {
  const body = { message, type: 'emulator_error', param: null, code }
  return new ApiError(status, body, message, headers === undefined ? {} : { headers })
}

export const sandboxLimit = (name: string, limit: number): ApiError =>
  emulatorError(
    503,
    `The sandbox '${name}' cannot be made: ${limit} sandboxes exist, the most that --max-sandboxes allows.`,
    'sandbox_limit',
    { 'x-should-retry': 'false' },
  )

export const unknownControlUrl = (method: string, path: string): ApiError =>
  emulatorError(404, `The emulator has no such page or control: ${method} ${path}`, 'unknown_url')

export const controlMethodNotAllowed = (method: string, path: string, allowed: string): ApiError =>
  emulatorError(405, `${method} is not allowed on ${path}; use ${allowed}.`, 'method_not_allowed', { allow: allowed })

export const forbiddenHost = (host: string): ApiError =>
  emulatorError(
    403,
    `The host '${host}' is not allowed here: it must be an IP address, a name without a dot, a name under .localhost, .local or .internal, or one given with --allow-host.`,
    'forbidden_host',
  )
