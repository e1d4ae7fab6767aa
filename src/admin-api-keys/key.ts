import { toJson } from '../openai/json.ts'
import type { AdminApiKey } from './schemas.ts'
import type { NewKeyRow } from './store.ts'

export type Owner = AdminApiKey['owner']

/** An owner as the API shows it; its type decides the rest. */
export function createOwner({ type, id, name, created_at }: Pick<Owner, 'type' | 'id' | 'name' | 'created_at'>): Owner {
  return type === 'user'
    ? { type, object: 'organization.user', id, name, created_at, role: 'owner' }
    : { type, object: 'organization.service_account', id, name, created_at, role: 'member' }
}

/** What makes a key. Times in Unix seconds. */
export interface NewKey extends Omit<AdminApiKey, 'object'> {
  value_sha256: string
  deleted: boolean
}

/** A key as it is stored: what SQL asks for, and the text that the API shows. The order of the fields is the API's. */
export function toRow({ value_sha256, deleted, ...key }: NewKey): NewKeyRow {
  const shown = toJson<AdminApiKey>({
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
  return { id, value_sha256, created_at, expires_at, last_used_at, deleted: deleted ? 1 : 0, shown }
}
