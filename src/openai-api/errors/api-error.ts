/** The body that the API puts under `error`. All four fields are always present, in this order. */
export interface ErrorBody {
  message: string
  type: string
  param: string | null
  code: string | null
}

/**
 * Which identity headers a response carries: only the request id, the API version too, or the organization as well. Two kinds
 * of 401 omit some (docs/fidelity.md).
 */
export type ApiHeaderLevel = 'minimal' | 'versioned' | 'full'

/** Errors whose form a behavior switch changes: a missing scope; an unknown URL or method. */
export type ErrorKind = 'scope' | 'unknown_route'

interface Details {
  headers?: Record<string, string>
  apiHeaderLevel?: ApiHeaderLevel
  kind?: ErrorKind
}

/** A 4xx or 5xx response. Any code can throw it; only the error handler sends it. */
export class ApiError extends Error {
  readonly status: number
  readonly body: ErrorBody
  /** The true cause, for people who read the log: a code, then `name=value` pairs. Never contains a secret. */
  readonly reason: string
  readonly headers: Record<string, string>
  readonly apiHeaderLevel: ApiHeaderLevel
  readonly kind: ErrorKind | undefined

  constructor(status: number, body: ErrorBody, reason: string, details: Details = {}) {
    super(body.message)
    this.status = status
    this.body = body
    this.reason = reason
    this.headers = details.headers ?? {}
    this.apiHeaderLevel = details.apiHeaderLevel ?? 'full'
    this.kind = details.kind
  }
}
