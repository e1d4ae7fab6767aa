/** The emulator refused what was asked of it, or could not be asked. */
export class EmulatorError extends Error {
  // Of the class, too, which the build calls by a letter: Node shows both.
  static override readonly name = 'EmulatorError'
  override name = 'EmulatorError'
  /** Of the answer: 400 for a mistake, 404 for what is not there, 409 for what is there already; `null` where nobody answered. */
  readonly status: number | null
  /** For a program, such as `invalid_body`; `unreachable` where nobody answered, `null` where there is none. */
  readonly code: string | null
  /** Where in what was sent the mistake is, as a JSON Pointer; `null` where it is nowhere in it. */
  readonly param: string | null

  constructor(message: string, status: number | null, code: string | null, param: string | null, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.status = status
    this.code = code
    this.param = param
  }
}
