import type { Behavior } from '../behavior.ts'
import type { Scope } from '../errors/catalogue.ts'
import * as errors from '../errors/catalogue.ts'
import type { Caller } from '../keys/caller.ts'
import type { OperationId } from '../operation-ids.ts'

/** What is known about a token. */
export type Credential = { kind: 'valid'; key: Caller } | { kind: 'revoked'; reason: string } | { kind: 'unknown' }

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
): Caller | undefined {
  const token = bearerToken(header)
  if (token === undefined) throw errors.missingAuthentication()
  const credential = findCredential(token)
  if (credential.kind === 'valid') {
    if (behavior.auth !== 'any') assertScope(credential.key, scope)
    return credential.key
  }
  if (behavior.auth === 'any') return undefined
  if (credential.kind === 'revoked') throw errors.incorrectApiKey(token, credential.reason)
  // The real API knows keys of projects and service accounts; they only lack the scope.
  if (scope !== modelScope && /^sk-(proj|svcacct)-/.test(token)) throw errors.missingScope(scope)
  throw errors.incorrectApiKey(token, `token_unknown; sandbox=${sandboxName}`)
}

/** Throws the API's 401 if the behavior requires that an `OpenAI-Organization` header names the organization. */
export function checkOrganization(header: string | undefined, organizationId: string, behavior: Behavior): void {
  if (behavior.organization_header === 'ignore' || !header || header === organizationId) return
  throw errors.mismatchedOrganization(header, organizationId)
}

const modelScope: Scope = 'api.model.read'

/** Throws the API's 403 if a key is of the wrong kind for a scope, or an admin key that lacks it. */
function assertScope(key: Caller, scope: Scope): void {
  const at = `; key=${key.id}`
  if (key.kind === 'project') {
    if (scope !== modelScope) throw errors.missingScope(scope, `not_an_admin_key${at}`)
    return
  }
  if (scope === modelScope) throw errors.missingScope(scope, `not_a_project_key${at}`)
  if (key.scopes === null) return
  const scopes: unknown = JSON.parse(key.scopes)
  if (!Array.isArray(scopes) || !scopes.includes(scope)) throw errors.missingScope(scope, `scope_not_granted${at}`)
}

/** Returns the scope that a request needs. */
export function scopeOf(method: string, operation: string | undefined): Scope {
  if (operation === ('listModels' satisfies OperationId)) return modelScope
  return method === 'GET' ? 'api.management.read' : 'api.management.write'
}

const scheme = 'bearer '

/** Returns the token of an `Authorization` header: everything after the first space. It can contain spaces itself. */
export function bearerToken(header = ''): string | undefined {
  const isBearer = header.slice(0, scheme.length).toLowerCase() === scheme
  return isBearer && header.length > scheme.length ? header.slice(scheme.length) : undefined
}

/** Returns what an `Authorization` header of any form may contain as a secret, to be hidden wherever else it occurs. */
export function credentialIn(header: string | undefined): string | undefined {
  const text = header?.trim() ?? ''
  const [, credential] = /^[A-Za-z]+\s+(.*)$/s.exec(text) ?? []
  return bearerToken(header) ?? credential ?? (text === '' ? undefined : text)
}
