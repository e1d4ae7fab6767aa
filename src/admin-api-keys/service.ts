import type { Credential } from '../openai/auth.ts'
import type { Behavior } from '../openai/behavior.ts'
import * as errors from '../openai/errors.ts'
import { redactedForm } from '../redaction.ts'
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
import type { CredentialRow, KeyRow, KeyStore, Position } from './store.ts'

/** Whose key it is. Times in Unix seconds. */
export type Owner = Pick<KeyRow, 'owner_type' | 'owner_id' | 'owner_name' | 'owner_created_at'>

interface Surroundings {
  store: KeyStore
  /** The present, in Unix seconds. */
  now: () => number
  draw: { keyId: () => string; keyValue: () => string }
  behavior: () => Behavior
  /** Who owns what a caller without a key creates (`auth: any`). */
  defaultOwner: () => Owner
}

/** The rules of the four operations, and of what a value authenticates. */
export function createKeyService({ store, now, draw, behavior, defaultOwner }: Surroundings) {
  function find(id: string): KeyRow {
    const row = store.byId(id)
    if (row === undefined) throw errors.keyNotFound(id, `key_unknown; key=${id}`)
    if (row.deleted) throw errors.keyNotFound(id, `key_deleted; key=${id}`)
    return row
  }

  function findCursor(after: string): Position {
    const row = store.byId(after)
    if (row === undefined) throw errors.unknownCursor(after, `cursor_never_issued; after=${after}`)
    if (row.deleted && behavior().deleted_cursor === 'reject') {
      throw errors.unknownCursor(after, `cursor_deleted; after=${after}; behavior=deleted_cursor:reject`)
    }
    return row
  }

  function pageSize(limit: number): number {
    if (behavior().limit_out_of_range === 'reject') {
      if (limit < 1) throw errors.integerBelowMinimum('limit', 1, limit)
      if (limit > 100) throw errors.integerAboveMaximum('limit', 100, limit)
    }
    return Math.min(Math.max(limit, 1), 100)
  }

  return {
    /** `caller` is the id of the calling key, whose owner the new key gets. */
    create({ name, expires_in_seconds }: CreateBody, caller: string | undefined): AdminApiKeyCreateResponse {
      if (!name.isWellFormed()) throw errors.illFormedString('name')
      const owner = (caller === undefined ? undefined : store.byId(caller)) ?? defaultOwner()
      const created_at = now()
      const value = drawUntil(draw.keyValue, (drawn) => store.byDigest(digest(drawn)) === undefined)
      const row = {
        id: drawUntil(draw.keyId, (drawn) => store.byId(drawn) === undefined),
        name,
        redacted_value: redactedForm(value),
        created_at,
        expires_at: expires_in_seconds === undefined ? null : created_at + expires_in_seconds,
        last_used_at: null,
        owner_type: owner.owner_type,
        owner_id: owner.owner_id,
        owner_name: owner.owner_name,
        owner_created_at: owner.owner_created_at,
        deleted: 0 as const,
      }
      store.insert({ ...row, value_sha256: digest(value) })
      return { ...present(row), value }
    },

    list({ after, order = 'asc', limit = defaultLimit }: ListQuery): ApiKeyList {
      const size = pageSize(limit)
      // Node's client sends an empty `after` for one that is null.
      const from = after === undefined || after === '' ? undefined : findCursor(after)
      // One row past the page tells whether another follows.
      const rows = store.page(order, from, size + 1)
      const data = rows.slice(0, size).map(present)
      return {
        object: 'list',
        data,
        first_id: data[0]?.id ?? null,
        last_id: data.at(-1)?.id ?? null,
        has_more: rows.length > size,
      }
    },

    retrieve(id: string): AdminApiKey {
      return present(find(id))
    },

    delete(id: string): DeletedAdminApiKey {
      find(id)
      store.setDeleted(id)
      return { id, object: 'organization.admin_api_key.deleted', deleted: true }
    },

    /** What a token is worth now. Marks nothing as used. */
    identify(token: string): Credential<CredentialRow> {
      const key = store.byDigest(digest(token))
      if (key === undefined) return { kind: 'unknown' }
      if (key.deleted) return { kind: 'unusable', reason: `key_deleted; key=${key.id}` }
      if (isExpired(key, now())) {
        return { kind: 'unusable', reason: `key_expired; key=${key.id}; expires_at=${key.expires_at}; now=${now()}` }
      }
      return { kind: 'live', key }
    },

    /** Notes that a key has authenticated a request. */
    markUsed(key: CredentialRow): void {
      const at = now()
      if (key.last_used_at !== at) store.setLastUsed(key.id, at)
    },
  }
}

export type KeyService = ReturnType<typeof createKeyService>

function isExpired({ expires_at }: CredentialRow, now: number): boolean {
  return expires_at !== null && expires_at <= now
}

/** Draws until one is free: a seeded sequence may repeat what an earlier run stored. */
export function drawUntil(draw: () => string, isFree: (drawn: string) => boolean): string {
  let drawn = draw()
  while (!isFree(drawn)) drawn = draw()
  return drawn
}

/** A key as the API shows it; the order of the fields is the API's. */
function present(row: Omit<KeyRow, 'seq'>): AdminApiKey {
  const isUser = row.owner_type === 'user'
  return {
    object: 'organization.admin_api_key',
    id: row.id,
    name: row.name,
    redacted_value: row.redacted_value,
    created_at: row.created_at,
    expires_at: row.expires_at,
    last_used_at: row.last_used_at,
    owner: {
      type: row.owner_type,
      object: isUser ? 'organization.user' : 'organization.service_account',
      id: row.owner_id,
      name: row.owner_name,
      created_at: row.owner_created_at,
      role: isUser ? 'owner' : 'member',
    },
  }
}
