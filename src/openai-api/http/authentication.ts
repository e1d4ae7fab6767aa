import type { Behavior } from '../behavior.ts'
import type { Scope } from '../errors/catalogue.ts'
import * as errors from '../errors/catalogue.ts'

/** What a token turned out to be. `Key` is the row of the key that it is the value of. */
export type Credential<Key> = { kind: 'live'; key: Key } | { kind: 'unusable'; reason: string } | { kind: 'unknown' }

/**
 * Who sent an `Authorization` header: a key, or nobody in particular under `auth: any`. Throws the API's 401 or 403.
 * `place` says where the token was looked up, for the reason of a refusal.
 */
export function authenticate<Key>(
  header: string | undefined,
  scope: Scope,
  behavior: Behavior,
  findCredential: (token: string) => Credential<Key>,
  lookupPlace: string,
): Key | undefined {
  const token = bearerToken(header)
  if (token === undefined) throw errors.missingAuthentication()
  const credential = findCredential(token)
  if (credential.kind === 'live') return credential.key
  if (behavior.auth === 'any') return undefined
  if (credential.kind === 'unusable') throw errors.incorrectApiKey(token, credential.reason)
  // A key of a project or a service account is genuine to the service; it merely may not do this.
  if (/^sk-(proj|svcacct)-/.test(token)) throw errors.missingScope(scope)
  throw errors.incorrectApiKey(token, `token_unknown; ${lookupPlace}`)
}

/** What a key must be allowed for a request of that method. */
export const scopeOf = (method: string): Scope => (method === 'GET' ? 'api.management.read' : 'api.management.write')

const scheme = 'bearer '

/** The token of an `Authorization` header: all that follows the first blank, and it may hold blanks itself. */
export function bearerToken(header = ''): string | undefined {
  const isBearer = header.slice(0, scheme.length).toLowerCase() === scheme
  return isBearer && header.length > scheme.length ? header.slice(scheme.length) : undefined
}
