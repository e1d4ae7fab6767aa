import * as errors from '../errors/catalogue.ts'
import { nouns } from '../errors/nouns.ts'
import { assertWellFormed } from '../http/well-formed.ts'
import { fromJson, type Json, toJson } from '../json-text.ts'
import type { Actor } from '../keys/caller.ts'
import { type RedactedFields, redactedFields } from '../keys/redacted-value.ts'
import { digest } from '../keys/secret.ts'
import { type ListSource, readPage } from '../lists/pages.ts'
import type { OperationResult } from '../operation-result.ts'
import type { ServiceDeps } from '../organization/service-deps.ts'
import { type KeyFields, type Owner, toRow } from './key.ts'
import { appendValue, listJson } from './key-json.ts'
import type {
  AdminApiKey,
  AdminApiKeyCreateResponse,
  ApiKeyList,
  CreateBody,
  DeletedAdminApiKey,
  ListQuery,
} from './schemas.ts'
import type { KeyRow, KeyStore } from './store.ts'

interface KeyServiceDeps extends ServiceDeps {
  store: KeyStore
  generate: { keyId: () => string; keyValue: () => string }
  /** Returns the owner of keys that a caller without a key creates (`auth: any`). */
  defaultOwner: () => Owner
  /** Returns the list of all keys (`listed_keys: all`). */
  allKeys: (order: 'asc' | 'desc') => ListSource<Json<AdminApiKey>>
}

const noun = nouns.key_id

/** The rules of the four operations. `actor` is who the audit log names. */
export function createKeyService(deps: KeyServiceDeps) {
  const { store, now, generate, behavior, audit, transact, defaultOwner, allKeys } = deps

  function find(id: string): KeyRow {
    const row = store.byId(id, behavior().redaction)
    if (row === undefined) throw errors.notFound(noun, id, `key_unknown; key=${id}`)
    if (row.deleted) throw errors.notFound(noun, id, `key_deleted; key=${id}`)
    return row
  }

  // The owner of a key never changes, so the last caller's is cached.
  let ownerCache: { caller: string; owner: Owner } | undefined

  function ownerOf(caller: string | undefined): Owner {
    if (caller === undefined) return defaultOwner()
    if (ownerCache?.caller === caller) return ownerCache.owner
    const row = store.byId(caller)
    if (row === undefined) return defaultOwner()
    ownerCache = { caller, owner: fromJson<AdminApiKey>(row.json).owner }
    return ownerCache.owner
  }

  function insert(fields: Omit<KeyFields, 'id' | 'value_sha256' | keyof RedactedFields>) {
    // A seeded sequence can repeat what an earlier run stored.
    for (;;) {
      const value = generate.keyValue()
      const row = toRow({ ...fields, id: generate.keyId(), value_sha256: digest(value), ...redactedFields(value) })
      if (store.insert(row)) return { row, value }
    }
  }

  return {
    /** Returns the owner of a key that a caller creates: the caller's own. `caller` is the id of the calling key. */
    ownerOf,

    /** `caller` is the id of the calling key, whose owner the new key gets. */
    create(
      { name, expires_in_seconds }: CreateBody,
      caller: string | undefined,
      actor: Actor,
    ): OperationResult<AdminApiKeyCreateResponse> {
      assertWellFormed({ name })
      const created_at = now()
      const fields = {
        name,
        created_at,
        expires_at: expires_in_seconds === undefined ? null : created_at + expires_in_seconds,
        last_used_at: null,
        owner: ownerOf(caller),
        deleted: false,
        scopes: null,
      }
      return transact(() => {
        const { row, value } = insert(fields)
        audit.recordAdminKey('created', row.id, { data: { scopes: [] } }, actor)
        const { json } = behavior().redaction === 'documented' ? row : find(row.id)
        return { json: appendValue(json, value), keyId: row.id }
      })
    },

    list({ after, order = 'asc', limit }: ListQuery): OperationResult<ApiKeyList> {
      const { redaction, listed_keys } = behavior()
      const adminKeys = {
        noun,
        find: store.byId,
        page: (cursor: string | null, size: number) => store.page(order, cursor, size, redaction),
      }
      const source = listed_keys === 'all' ? allKeys(order) : adminKeys
      const { rows, hasMore } = readPage(source, { after, limit }, behavior())
      return { json: listJson(rows, hasMore) }
    },

    retrieve(id: string): OperationResult<AdminApiKey> {
      return { json: find(id).json, keyId: id }
    },

    delete(id: string, actor: Actor): OperationResult<DeletedAdminApiKey> {
      find(id)
      return transact(() => {
        store.setDeleted(id)
        audit.recordAdminKey('deleted', id, undefined, actor)
        const response = { id, object: 'organization.admin_api_key.deleted', deleted: true } as const
        return { json: toJson<DeletedAdminApiKey>(response), keyId: id }
      })
    },
  }
}

export type KeyService = ReturnType<typeof createKeyService>
