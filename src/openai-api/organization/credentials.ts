import type { Credential } from '../http/authentication.ts'
import type { Caller } from '../keys/caller.ts'
import { digest } from '../keys/secret.ts'
import type { OrganizationStore } from './store.ts'

/** Which values authenticate: those of admin keys and of project keys. `now` returns the sandbox time in Unix seconds. */
export function createCredentials(store: OrganizationStore, now: () => number) {
  return {
    /** Returns whether a token authenticates now, and as which key. Does not mark the key as used. */
    find(token: string): Credential {
      const sha256 = digest(token)
      const key = store.adminApiKeys.byDigest(sha256) ?? store.projectApiKeys.byDigest(sha256)
      if (key === undefined) return { kind: 'unknown' }
      if (key.deleted) return { kind: 'revoked', reason: `key_deleted; key=${key.id}` }
      if (key.expires_at !== null && key.expires_at <= now()) {
        return { kind: 'revoked', reason: `key_expired; key=${key.id}; expires_at=${key.expires_at}; now=${now()}` }
      }
      return { kind: 'valid', key }
    },

    /** Records that a key has authenticated a request. Returns whether that changed the key. */
    markUsed({ kind, id, last_used_at }: Caller): boolean {
      const at = now()
      if (last_used_at === at) return false
      const keys = kind === 'admin' ? store.adminApiKeys : store.projectApiKeys
      keys.setLastUsed(id, at)
      return true
    },
  }
}

export type Credentials = ReturnType<typeof createCredentials>
