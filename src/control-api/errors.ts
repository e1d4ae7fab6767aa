import { ApiError } from '../openai-api/errors/api-error.ts'
import { sandboxNameRule } from '../sandbox/names.ts'
import { DamagedImage, StorageError } from '../sandbox/storage/errors.ts'

// Errors of the emulator itself, never of the real API: their `type` distinguishes them. `code` also starts the reason.

interface Extras {
  headers?: Record<string, string>
  /** Where in the body the mistake is: a JSON Pointer. */
  param?: string | undefined
}

function emulatorError(status: number, code: string, message: string, details: string, extras: Extras = {}): ApiError {
  const { headers = {}, param = null } = extras
  const body = { message, type: 'emulator_error', param, code }
  return new ApiError(status, body, `${code}; ${details}`, { headers })
}

export const sandboxLimit = (name: string, limit: number): ApiError =>
  emulatorError(
    503,
    'sandbox_limit',
    `The sandbox '${name}' cannot be created: the limit of ${limit} sandboxes (--max-sandboxes) is reached.`,
    `sandbox=${name}; limit=${limit}`,
    { headers: { 'x-should-retry': 'false' } },
  )

export const unknownSandbox = (name: string, cause = 'requests do not create sandboxes (--no-auto-create)'): ApiError =>
  emulatorError(
    404,
    'sandbox_not_found',
    `There is no sandbox '${name}', and ${cause}: create it with POST /_emulator/sandboxes.`,
    `sandbox=${name}`,
  )

/** For a path that only the real API has. */
export const notEmulated = (method: string, path: string): ApiError =>
  emulatorError(
    501,
    'not_emulated',
    `${method} ${path} is not emulated: the real API has this path, the emulator does not.`,
    `the real API has this path, the emulator does not; method=${method}; path=${path}`,
    { headers: { 'x-should-retry': 'false' } },
  )

export const unknownControlUrl = (method: string, path: string): ApiError =>
  emulatorError(
    404,
    'unknown_url',
    `The emulator has no page or control at ${method} ${path}.`,
    `method=${method}; path=${path}`,
  )

export const misplacedControlUrl = (method: string, path: string): ApiError =>
  emulatorError(
    404,
    'unknown_url',
    `There is no control at ${method} ${path}. The controls of the sandbox 'default' are at /_emulator/…, those of another sandbox at /sandbox/NAME/_emulator/…, where NAME is ${sandboxNameRule}.`,
    `controls are at /_emulator/ and /sandbox/NAME/_emulator/; method=${method}; path=${path}`,
  )

export const malformedControlUrl = (path: string): ApiError =>
  emulatorError(
    400,
    'malformed_url',
    `The URL is malformed: its percent-encoding is not valid UTF-8: ${path}`,
    `path=${path}`,
  )

export const controlMethodNotAllowed = (method: string, path: string, allowed: string): ApiError =>
  emulatorError(
    405,
    'method_not_allowed',
    `${method} is not allowed on ${path}; use ${allowed}.`,
    `method=${method}; path=${path}; allow=${allowed}`,
    { headers: { allow: allowed } },
  )

export const forbiddenHost = (host: string): ApiError =>
  emulatorError(
    403,
    'forbidden_host',
    `The host '${host}' is not allowed: it must be an IP address, a name without a dot, a name under .localhost, .local, .internal or .svc, or a name given with --allow-host.`,
    `host=${host}`,
  )

/** `header` is the line that shows that a browser sends the request for another site, `hint` how a page of yours avoids it. */
const forbiddenOrigin = (header: string, hint: string): ApiError =>
  emulatorError(
    403,
    'forbidden_origin',
    `A web page of another site must neither use the controls nor create a sandbox; got ${header}. ${hint}`,
    header,
  )

export const crossSite = (): ApiError =>
  forbiddenOrigin(
    'Sec-Fetch-Site: cross-site',
    'Request the emulator by the host name of the page: for a browser, localhost and 127.0.0.1 are different sites.',
  )

export const untrustedOrigin = (origin: string): ApiError =>
  forbiddenOrigin(
    `Origin: ${origin}`,
    'Pages of loopback hosts, of the requested host and of hosts given with --allow-host are allowed.',
  )

/** `problem` is a predicate: the rule and the value that breaks it. */
export const invalidBody = (param: string | undefined, problem: string): ApiError =>
  emulatorError(400, 'invalid_body', `${param ?? 'The body'} ${problem}`, `${param ?? 'body'} ${problem}`, { param })

export const controlBodyTooLarge = (limit: number, format: string): ApiError =>
  emulatorError(
    413,
    'body_too_large',
    `The body is longer than ${limit} bytes, the limit of this control for ${format}.`,
    `limit=${limit}; format=${format}`,
    // The rest of the body may be unread.
    { headers: { connection: 'close' } },
  )

export const bodyIncomplete = (): ApiError =>
  emulatorError(400, 'body_incomplete', 'The body is incomplete.', 'the client closed the connection')

export const invalidContentType = (got: string): ApiError =>
  emulatorError(
    400,
    'invalid_content_type',
    `The content type must be application/json or application/yaml, got ${JSON.stringify(got)}`,
    `content_type=${got}`,
  )

export const missingControlToken = (): ApiError =>
  emulatorError(
    401,
    'control_token',
    'The control API requires the token of --control-token: Authorization: Bearer <token>.',
    'authorization',
    { headers: { 'www-authenticate': 'Bearer realm="admin-keys-emulator"' } },
  )

const notFound = (what: string, name: string): ApiError =>
  emulatorError(404, 'not_found', `There is no ${what} '${name}'.`, `${what}=${name}`)

export const sandboxNotFound = (name: string): ApiError => notFound('sandbox', name)

export const faultLimit = (limit: number, lengthLimit: number): ApiError =>
  emulatorError(
    409,
    'fault_limit',
    `A sandbox can have at most ${limit} faults, including used-up faults, with at most ${lengthLimit} characters of JSON in total: remove some.`,
    `limit=${limit}; length_limit=${lengthLimit}`,
  )

export const snapshotLimit = (limit: number): ApiError =>
  emulatorError(
    409,
    'snapshot_limit',
    `A sandbox can have at most ${limit} snapshots: delete or replace one.`,
    `limit=${limit}`,
  )

/** `problem` is a predicate: the rule and the value that breaks it. */
export const stateTooLarge = (section: string, problem: string): ApiError =>
  emulatorError(413, 'state_too_large', `${section} ${problem}`, problem, { param: section })

export const exportTooLarge = (message: string, details: string): ApiError =>
  emulatorError(413, 'state_too_large', message, details)

export const faultNotFound = (id: string): ApiError => notFound('fault', id)

export const keyNotFound = (id: string): ApiError => notFound('key', id)

export const snapshotNotFound = (name: string, sandbox: string): ApiError =>
  emulatorError(
    404,
    'not_found',
    `There is no snapshot '${name}' of the sandbox '${sandbox}'.`,
    `snapshot=${name}; sandbox=${sandbox}`,
  )

export const sandboxExists = (name: string): ApiError =>
  emulatorError(409, 'sandbox_exists', `The sandbox '${name}' already exists.`, `sandbox=${name}`, { param: '/name' })

export const cannotDeleteDefaultSandbox = (): ApiError =>
  emulatorError(
    400,
    'default_sandbox',
    "The sandbox 'default' cannot be removed; POST /_emulator/reset returns it to its initial state.",
    'sandbox=default',
  )

export const invalidName = (param: string, name: string, rule: string): ApiError =>
  emulatorError(400, 'invalid_name', `${param} must be ${rule}, got ${JSON.stringify(name)}`, `name=${name}`, { param })

export const invalidQuery = (param: string, rule: string, got: string): ApiError =>
  emulatorError(400, 'invalid_query', `'${param}' must be ${rule}, got ${JSON.stringify(got)}`, `param=${param}`, {
    param,
  })

export const unknownQuery = (param: string, available: readonly string[]): ApiError =>
  emulatorError(
    400,
    'invalid_query',
    `Unknown query parameter '${param}'. Available parameters: ${available.join(', ')}`,
    `param=${param}`,
    { param },
  )

/** The message of a StorageError names the file and the cause. */
const storageUnavailable = ({ message }: StorageError): ApiError =>
  emulatorError(503, 'storage_unavailable', message, message, { headers: { 'x-should-retry': 'false' } })

const damagedImage = ({ kind, path, problem }: DamagedImage): ApiError => {
  const subject = kind === 'snapshot' ? 'The snapshot' : 'The initial state of the sandbox'
  return emulatorError(
    409,
    `${kind}_damaged`,
    `${subject} cannot be used: ${path} ${problem}. The sandbox is unchanged.`,
    `${path} ${problem}`,
  )
}

const missingResources: Record<string, string> = {
  EMFILE: 'too many open files (ulimit -n)',
  ENFILE: 'the system has too many open files',
  ENOSPC: 'the disk is full',
}

function resourceCodeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const { code = '', message } = thrown as NodeJS.ErrnoException
  // Node's search for a package throws an error with another code or none.
  return / too many open files\b/.test(message) ? 'EMFILE' : code
}

/** Returns the error of a machine without free files or disk space; undefined for any other error. */
export function fromMissingResource(thrown: unknown): ApiError | undefined {
  const code = resourceCodeOf(thrown)
  if (!Object.hasOwn(missingResources, code)) return undefined
  const problem = `A file of the emulator cannot be read: ${missingResources[code]}; the next request tries again.`
  return emulatorError(503, 'storage_unavailable', problem, `${code}: ${missingResources[code]}`)
}

/** Returns the error of storage or files that cannot be used; any other error unchanged. */
export function fromStorageError(thrown: unknown): unknown {
  if (thrown instanceof StorageError) return storageUnavailable(thrown)
  return thrown instanceof DamagedImage ? damagedImage(thrown) : (fromMissingResource(thrown) ?? thrown)
}
