/** One mistake in a state. */
export interface SeedMistake {
  message: string
  /** Where in the state it is, as a JSON Pointer; `null` if it is not in a value. */
  param: string | null
  /** Its line, if the state was sent as YAML. */
  line?: number
}

/** Thrown when the emulator refuses a request to its control API, or cannot be reached. */
export class EmulatorError extends Error {
  // Static too, because Node prints both and the build shortens the class's own name.
  static override readonly name = 'EmulatorError'
  override name = 'EmulatorError'
  /** The response status; `null` without a response. */
  readonly status: number | null
  /** A code such as `invalid_body`; `unreachable` or `connection_lost` without a response, `null` if there is none. */
  readonly code: string | null
  /** Where in the request body the mistake is, as a JSON Pointer; `null` if it is not in the body. */
  readonly param: string | null
  /** The mistakes of a state that was refused, at most 20; empty for other errors. */
  readonly errors: readonly SeedMistake[]

  constructor(
    message: string,
    status: number | null,
    code: string | null,
    param: string | null,
    cause?: unknown,
    errors: readonly SeedMistake[] = [],
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.status = status
    this.code = code
    this.param = param
    this.errors = errors
  }
}
