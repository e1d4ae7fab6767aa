/** A request that a probe sends. */
export interface ProbeRequest {
  method: string
  /** Path and query, relative to the base URL. */
  path: string
  /** The bearer token; the admin key by default. `null` sends no Authorization header. */
  token?: string | null
  /** The authentication scheme; `Bearer` by default. */
  scheme?: string
  headers?: Readonly<Record<string, string>>
  body?: string | Buffer
  /** Whether to leave out the Host header. */
  omitsHost?: boolean
  /** Whether `path` is relative to the root of the server instead of the base URL. */
  isAbsolutePath?: boolean
}

export const keysPath = '/organization/admin_api_keys'

export const keyPath = (id: string): string => `${keysPath}/${encodeURIComponent(id)}`

// The well-formed id and value of a key that no server has issued.
export const unknownId = 'key_conformUnknown0'
export const unknownKey = 'sk-admin-conform-0123456789'

export const projectsPath = '/organization/projects'
export const auditLogsPath = '/organization/audit_logs'

// Well-formed ids that no server has issued.
export const unknownProject = 'proj_conformUnknownProject000'
export const unknownAccount = 'user-conformUnknownAccount000'
export const unknownEvent = 'audit_log-conformUnknownEvent0000'

/** Joins ids and names to a path below the list of projects. */
export const projectPath = (...segments: string[]): string =>
  [projectsPath, ...segments.map((segment) => encodeURIComponent(segment))].join('/')

export const getRequest = (path: string, overrides: Partial<ProbeRequest> = {}): ProbeRequest => ({
  method: 'GET',
  path,
  ...overrides,
})

/** A POST of a JSON body. */
export const postRequest = (path: string, body: unknown, overrides: Partial<ProbeRequest> = {}): ProbeRequest =>
  createRequest(body, { ...overrides, path })

/** `query` includes its question mark. */
export const listRequest = (query = '', overrides: Partial<ProbeRequest> = {}): ProbeRequest => ({
  method: 'GET',
  path: keysPath + query,
  ...overrides,
})

/** A text or a buffer is sent as it is, any other body as JSON. */
export const createRequest = (body: unknown, { headers, ...overrides }: Partial<ProbeRequest> = {}): ProbeRequest => ({
  method: 'POST',
  path: keysPath,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  ...overrides,
})

export const retrieveRequest = (id: string, overrides: Partial<ProbeRequest> = {}): ProbeRequest => ({
  method: 'GET',
  path: keyPath(id),
  ...overrides,
})

export const deleteRequest = (id: string, overrides: Partial<ProbeRequest> = {}): ProbeRequest => ({
  method: 'DELETE',
  path: keyPath(id),
  ...overrides,
})
