/** A mistake of whoever started us: told in one line, without a stack, with exit code 2. */
export class UserError extends Error {
  override name = 'UserError'
}
