/** A mistake of the user: printed in one line without a stack, with exit code 2. */
export class UserError extends Error {
  // Static too, because Node prints both and the build shortens the class's own name.
  static override readonly name = 'UserError'
  override name = 'UserError'
}
