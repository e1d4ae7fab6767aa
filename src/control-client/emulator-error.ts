/** One mistake in the body of a request. */
export interface BodyMistake {
  message: string
  /** Where in the body it is, as a JSON Pointer; `null` for a mistake in the syntax. */
  param: string | null
  /** Its line, if the body was sent as YAML. */
  line?: number
}

/** Thrown when the emulator refuses a request to its control API, or cannot be reached. */
export class EmulatorError extends Error {
  // Static too, because Node prints both and the build shortens the class's own name.
  static override readonly name = 'EmulatorError'
  override name = 'EmulatorError'
  /** The response status; `null` without a response. */
  readonly status: number | null
  /** A code such as `invalid_body`; `unreachable` or `connection_lost` without a response, `null` without a code. */
  readonly code: string | null
  /** Where in the request body the mistake is, as a JSON Pointer; `null` if it is not in the body. */
  readonly param: string | null
  /** The mistakes of an invalid body, at most 20: all of a state, the first of another body. Empty for other errors. */
  readonly errors: readonly BodyMistake[]

  constructor(
    message: string,
    status: number | null,
    code: string | null,
    param: string | null,
    cause?: unknown,
    errors: readonly BodyMistake[] = [],
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.status = status
    this.code = code
    this.param = param
    this.errors = errors
  }
}
