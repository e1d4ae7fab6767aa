import type { CredentialRow } from '../admin-api-keys/store.ts'
import type { Behavior } from '../behavior.ts'
import type { Scope } from '../errors/catalogue.ts'
import * as errors from '../errors/catalogue.ts'

/** What is known about a token. */
export type Credential =
  | { kind: 'valid'; key: CredentialRow }
  | { kind: 'revoked'; reason: string }
  | { kind: 'unknown' }

/**
 * Returns the key that sent an `Authorization` header; undefined under `auth: any` if the token is no known key. Throws the
 * API's 401 or 403. The sandbox is named in the reason of the error.
 */
export function authenticate(
  header: string | undefined,
  scope: Scope,
  behavior: Behavior,
  findCredential: (token: string) => Credential,
  sandboxName: string,
): CredentialRow | undefined {
  const token = bearerToken(header)
  if (token === undefined) throw errors.missingAuthentication()
  const credential = findCredential(token)
  if (credential.kind === 'valid') return credential.key
  if (behavior.auth === 'any') return undefined
  if (credential.kind === 'revoked') throw errors.incorrectApiKey(token, credential.reason)
  // The real API knows keys of projects and service accounts; they only lack the scope.
  if (/^sk-(proj|svcacct)-/.test(token)) throw errors.missingScope(scope)
  throw errors.incorrectApiKey(token, `token_unknown; sandbox=${sandboxName}`)
}

/** Throws the API's 401 if the behavior requires that an `OpenAI-Organization` header names the organization. */
export function checkOrganization(header: string | undefined, organizationId: string, behavior: Behavior): void {
  if (behavior.organization_header === 'ignore' || !header || header === organizationId) return
  throw errors.mismatchedOrganization(header, organizationId)
}

/** Returns the scope that a request needs. */
export const scopeOf = (method: string): Scope => (method === 'GET' ? 'api.management.read' : 'api.management.write')

const scheme = 'bearer '

/** Returns the token of an `Authorization` header: everything after the first space. It can contain spaces itself. */
export function bearerToken(header = ''): string | undefined {
  const isBearer = header.slice(0, scheme.length).toLowerCase() === scheme
  return isBearer && header.length > scheme.length ? header.slice(scheme.length) : undefined
}
