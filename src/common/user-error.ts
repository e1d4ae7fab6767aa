/** A mistake of whoever started us: told in one line, without a stack, with exit code 2. */
export class UserError extends Error {
  // Of the class, too, which the build calls by a letter: Node shows both.
  static override readonly name = 'UserError'
  override name = 'UserError'
}
