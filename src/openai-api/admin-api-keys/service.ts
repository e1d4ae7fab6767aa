import type { Behavior } from '../behavior.ts'
import * as errors from '../errors/catalogue.ts'
import type { Credential } from '../http/authentication.ts'
import { fromJson, toJson } from '../json-text.ts'
import { redactedFields } from '../keys/redacted-value.ts'
import { digest } from '../keys/secret.ts'
import { readPage } from '../lists/pages.ts'
import type { OperationResult } from '../operation-result.ts'
import { type Owner, toRow } from './key.ts'
import { appendValue, listJson } from './key-json.ts'
import type {
  AdminApiKey,
  AdminApiKeyCreateResponse,
  ApiKeyList,
  CreateBody,
  DeletedAdminApiKey,
  ListQuery,
} from './schemas.ts'
import type { CredentialRow, KeyRow, KeyStore } from './store.ts'

interface KeyServiceDeps {
  store: KeyStore
  /** Returns the sandbox time in Unix seconds. */
  now: () => number
  generate: { keyId: () => string; keyValue: () => string }
  behavior: () => Behavior
  /** Returns the owner of keys that a caller without a key creates (`auth: any`). */
  defaultOwner: () => Owner
}

const noun = 'admin API key'

/** The rules of the four operations, and of which values authenticate. */
export function createKeyService({ store, now, generate, behavior, defaultOwner }: KeyServiceDeps) {
  function find(id: string): KeyRow {
    const row = store.byId(id, behavior().redaction)
    if (row === undefined) throw errors.notFound(noun, id, `key_unknown; key=${id}`)
    if (row.deleted) throw errors.notFound(noun, id, `key_deleted; key=${id}`)
    return row
  }

  // The owner of a key never changes, so the last caller's is cached.
  let ownerCache: { caller: string; owner: Owner } | undefined

  function ownerFor(caller: string | undefined): Owner {
    if (caller === undefined) return defaultOwner()
    if (ownerCache?.caller === caller) return ownerCache.owner
    const row = store.byId(caller)
    if (row === undefined) return defaultOwner()
    ownerCache = { caller, owner: fromJson<AdminApiKey>(row.json).owner }
    return ownerCache.owner
  }

  return {
    /** `caller` is the id of the calling key, whose owner the new key gets. */
    create(
      { name, expires_in_seconds }: CreateBody,
      caller: string | undefined,
    ): OperationResult<AdminApiKeyCreateResponse> {
      if (!name.isWellFormed()) throw errors.illFormedString('name')
      const created_at = now()
      const fields = {
        name,
        created_at,
        expires_at: expires_in_seconds === undefined ? null : created_at + expires_in_seconds,
        last_used_at: null,
        owner: ownerFor(caller),
        deleted: false,
      }
      // A seeded sequence can repeat what an earlier run stored.
      for (;;) {
        const value = generate.keyValue()
        const row = toRow({
          ...fields,
          id: generate.keyId(),
          value_sha256: digest(value),
          ...redactedFields(value),
        })
        if (!store.insert(row)) continue
        const { json } = behavior().redaction === 'documented' ? row : find(row.id)
        return { json: appendValue(json, value), keyId: row.id }
      }
    },

    list({ after, order = 'asc', limit }: ListQuery): OperationResult<ApiKeyList> {
      const { redaction } = behavior()
      const source = {
        noun,
        find: store.byId,
        page: (cursor: string | null, size: number) => store.page(order, cursor, size, redaction),
      }
      const { rows, hasMore } = readPage(source, { after, limit }, behavior())
      return { json: listJson(rows, hasMore) }
    },

    retrieve(id: string): OperationResult<AdminApiKey> {
      return { json: find(id).json, keyId: id }
    },

    delete(id: string): OperationResult<DeletedAdminApiKey> {
      find(id)
      store.setDeleted(id)
      const response = { id, object: 'organization.admin_api_key.deleted', deleted: true } as const
      return { json: toJson<DeletedAdminApiKey>(response), keyId: id }
    },

    /** Returns whether a token authenticates now, and as which key. Does not mark the key as used. */
    findCredential(token: string): Credential {
      const key = store.byDigest(digest(token))
      if (key === undefined) return { kind: 'unknown' }
      if (key.deleted) return { kind: 'revoked', reason: `key_deleted; key=${key.id}` }
      if (isExpired(key, now)) {
        return { kind: 'revoked', reason: `key_expired; key=${key.id}; expires_at=${key.expires_at}; now=${now()}` }
      }
      return { kind: 'valid', key }
    },

    /** Records that a key has authenticated a request. Returns whether that changed the key. */
    markUsed(key: CredentialRow): boolean {
      const at = now()
      if (key.last_used_at === at) return false
      store.setLastUsed(key.id, at)
      return true
    },
  }
}

export type KeyService = ReturnType<typeof createKeyService>

function isExpired({ expires_at }: CredentialRow, now: () => number): boolean {
  return expires_at !== null && expires_at <= now()
}
