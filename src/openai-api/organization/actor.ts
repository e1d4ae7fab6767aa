import type { Owner } from '../admin-api-keys/key.ts'
import { fromJson } from '../json-text.ts'
import type { Actor, Caller } from '../keys/caller.ts'
import type { KeyUser } from '../project-api-keys/store.ts'

interface ActorDeps {
  /** Returns the owner of an admin key. */
  ownerOf: (caller: Caller) => Owner
  /** Returns the user of the organization. */
  user: () => { id: string; email: string }
}

/** Returns who the audit log names for a caller; for one without a key (`auth: any`), the user of the organization. */
export function actorOf(caller: Caller | undefined, { ownerOf, user }: ActorDeps): Actor {
  if (caller === undefined) return { type: 'api_key', api_key: { type: 'user', user: user() } }
  const { id } = caller
  if (caller.kind === 'project') {
    const { service_account_id, user: json } = caller
    if (json === null) return byAccount(id, service_account_id ?? '')
    const { id: userId, email } = fromJson<KeyUser>(json)
    return { type: 'api_key', api_key: { id, type: 'user', user: { id: userId, email } } }
  }
  const owner = ownerOf(caller)
  if (owner.type === 'service_account') return byAccount(id, owner.id)
  const { id: userId, email } = user()
  // The email addresses of other owners are unknown.
  const named = owner.id === userId ? { id: userId, email } : { id: owner.id }
  return { type: 'api_key', api_key: { id, type: 'user', user: named } }
}

const byAccount = (id: string, accountId: string): Actor => ({
  type: 'api_key',
  api_key: { id, type: 'service_account', service_account: { id: accountId } },
})
