import type { Behavior } from '../behavior.ts'
import * as errors from '../errors/catalogue.ts'
import type { Credential } from '../http/authentication.ts'
import { fromJson, type Json, toJson } from '../json-text.ts'
import { type Owner, toRow } from './key.ts'
import { appendValue, listJson } from './key-json.ts'
import { redactedFields } from './redacted-value.ts'
import {
  type AdminApiKey,
  type AdminApiKeyCreateResponse,
  type ApiKeyList,
  type CreateBody,
  type DeletedAdminApiKey,
  defaultLimit,
  type ListQuery,
} from './schemas.ts'
import { digest } from './secret.ts'
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

/** The JSON of an operation's response, and the id of the key, if the operation concerns exactly one. */
export interface OperationResult<Shape> {
  json: Json<Shape>
  keyId?: string
}

/** The rules of the four operations, and of which values authenticate. */
export function createKeyService({ store, now, generate, behavior, defaultOwner }: KeyServiceDeps) {
  function find(id: string): KeyRow {
    const row = store.byId(id, behavior().redaction)
    if (row === undefined) throw errors.keyNotFound(id, `key_unknown; key=${id}`)
    if (row.deleted) throw errors.keyNotFound(id, `key_deleted; key=${id}`)
    return row
  }

  const rejectsDeletedCursors = () => behavior().deleted_cursor === 'reject'

  function assertValidCursor(after: string): void {
    const row = store.byId(after)
    if (row === undefined) throw errors.unknownCursor(after, `cursor_never_issued; after=${after}`)
    if (row.deleted && rejectsDeletedCursors()) {
      throw errors.unknownCursor(after, `cursor_deleted; after=${after}; behavior=deleted_cursor:reject`)
    }
  }

  function keysAfterCursor(after: string | null, order: 'asc' | 'desc', limit: number): Json<AdminApiKey>[] {
    const keys = store.page(order, after, limit, behavior().redaction)
    // The page is empty after the last key and after an id that was never issued: only the latter is an error.
    if (after !== null && (keys.length === 0 || rejectsDeletedCursors())) assertValidCursor(after)
    return keys
  }

  function pageSize(limit: number): number {
    if (behavior().limit_out_of_range === 'reject') {
      if (limit < 1) throw errors.integerBelowMinimum('limit', 1, limit)
      if (limit > 100) throw errors.integerAboveMaximum('limit', 100, limit)
    }
    return Math.min(Math.max(limit, 1), 100)
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

    list({ after, order = 'asc', limit = defaultLimit }: ListQuery): OperationResult<ApiKeyList> {
      const size = pageSize(limit)
      // Node's client sends an empty `after` for null. One key past the page tells whether another page follows.
      const keys = keysAfterCursor(after || null, order, size + 1)
      return { json: listJson(keys.slice(0, size), keys.length > size) }
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
