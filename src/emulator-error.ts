/** The emulator refused what was asked of it. */
export class EmulatorError extends Error {
  override name = 'EmulatorError'
  /** Of the answer: 400 for a mistake, 404 for what is not there, 409 for what is there already. */
  readonly status: number
  /** For a program, such as `invalid_body`; `null` where there is none. */
  readonly code: string | null
  /** Where in what was sent the mistake is, as a JSON Pointer; `null` where it is nowhere in it. */
  readonly param: string | null

  constructor(message: string, status: number, code: string | null, param: string | null) {
    super(message)
    this.status = status
    this.code = code
    this.param = param
  }
}
