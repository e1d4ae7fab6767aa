import { toJson } from '../json-text.ts'
import type { RedactedFields } from '../keys/redacted-value.ts'
import type { AdminApiKey } from './schemas.ts'
import type { NewKeyRow } from './store.ts'

export type Owner = AdminApiKey['owner']

/** Returns an owner as the API represents it; its `type` determines `object` and `role`. */
export function createOwner({ type, id, name, created_at }: Pick<Owner, 'type' | 'id' | 'name' | 'created_at'>): Owner {
  return type === 'user'
    ? { type, object: 'organization.user', id, name, created_at, role: 'owner' }
    : { type, object: 'organization.service_account', id, name, created_at, role: 'member' }
}

/** The fields of a key to store. Times in Unix seconds. */
export interface KeyFields extends Omit<AdminApiKey, 'object'>, RedactedFields {
  value_sha256: string
  deleted: boolean
  /** What the key may do; null for everything. */
  scopes: readonly string[] | null
}

/** Returns the row of a key: the columns that SQL queries, and the JSON in the API's field order. */
export function toRow({ value_sha256, deleted, mask, scopes, ...key }: KeyFields): NewKeyRow {
  const json = toJson<AdminApiKey>({
    object: 'organization.admin_api_key',
    id: key.id,
    name: key.name,
    redacted_value: key.redacted_value,
    created_at: key.created_at,
    expires_at: key.expires_at,
    last_used_at: key.last_used_at,
    owner: key.owner,
  })
  const { id, created_at, expires_at, last_used_at } = key
  const columns = { deleted: deleted ? 1 : 0, scopes: scopes === null ? null : toJson(scopes) } as const
  return { id, value_sha256, created_at, expires_at, last_used_at, json, mask, ...columns }
}
