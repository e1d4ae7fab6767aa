/** The body that the API puts under `error`. All four fields are always present, in this order. */
export interface ErrorBody {
  message: string
  type: string
  param: string | null
  code: string | null
}

/**
 * How much an answer says of who made it: nothing but a request id, the API's version too, or the organization as well.
 * Two answers of 401 withhold some of it.
 */
export type ApiHeaderLevel = 'minimal' | 'versioned' | 'full'

/** Errors whose form is a matter of behaviours: a key without the scope, a URL or a method that does not exist. */
export type ErrorKind = 'scope' | 'unknown_route'

interface Details {
  headers?: Record<string, string>
  apiHeaderLevel?: ApiHeaderLevel
  kind?: ErrorKind
}

/** An answer of 4xx or 5xx, thrown by whoever notices it and sent by the error handler alone. */
export class ApiError extends Error {
  readonly status: number
  readonly body: ErrorBody
  /** The true cause, for the person who reads the log: a code, then `name=value` pairs. Never holds a secret. */
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
