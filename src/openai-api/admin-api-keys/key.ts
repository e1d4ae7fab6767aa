import { randomUUID } from 'node:crypto'
import { toJson } from '../json-text.ts'
import type { RedactedFields } from '../keys/redacted-value.ts'
import type { KeySeries } from './key-series.ts'
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

/** The fields of keys that differ only in id, name and value. `value` is an example of the values, which have its start and length. */
export interface SeriesFields
  extends Pick<KeyFields, 'name' | 'created_at' | 'expires_at' | 'last_used_at' | 'owner' | 'scopes'> {
  id: string | null
  value: string
}

export function toSeries({ id, name, value, ...fields }: SeriesFields): KeySeries {
  const [idMark, nameMark, endMark] = [randomUUID(), randomUUID(), randomUUID()]
  const redacted_value = `${value.slice(0, 8)}...${endMark}`
  const marked = { id: idMark, name: nameMark, redacted_value, mask: null, value_sha256: '', deleted: false }
  const { created_at, expires_at, last_used_at, scopes, json } = toRow({ ...fields, ...marked })
  const parts = json.split(new RegExp(`"${idMark}"|"${nameMark}"|${endMark}`)) as unknown as KeySeries['json']
  const columns = { created_at, expires_at, last_used_at, scopes }
  return { ...columns, id, name: toJson(name), json: parts, value_length: value.length }
}
