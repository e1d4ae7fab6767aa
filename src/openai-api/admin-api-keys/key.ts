import { type Json, toJson } from '../json-text.ts'
import type { AdminApiKey, AdminApiKeyCreateResponse, ApiKeyList } from './schemas.ts'
import type { NewKeyRow } from './store.ts'

export type Owner = AdminApiKey['owner']

/** An owner as the API shows it; its type decides the rest. */
export function createOwner({ type, id, name, created_at }: Pick<Owner, 'type' | 'id' | 'name' | 'created_at'>): Owner {
  return type === 'user'
    ? { type, object: 'organization.user', id, name, created_at, role: 'owner' }
    : { type, object: 'organization.service_account', id, name, created_at, role: 'member' }
}

/** What makes a key. Times in Unix seconds. */
export interface KeyFields extends Omit<AdminApiKey, 'object'> {
  value_sha256: string
  deleted: boolean
}

/** A key as it is stored: what SQL asks for, and the text that the API shows. The order of the fields is the API's. */
export function toRow({ value_sha256, deleted, ...key }: KeyFields): NewKeyRow {
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

/** The text of a key, with its value at the end. */
export const appendValue = (shown: Json<AdminApiKey>, value: string): Json<AdminApiKeyCreateResponse> =>
  `${shown.slice(0, -1)},"value":${toJson(value)}}`

/** The text of a page, of the texts of its keys. */
export function listJson(keys: Json<AdminApiKey>[], hasMore: boolean): Json<ApiKeyList> {
  const idOf = (key: Json<AdminApiKey> | undefined) => (key === undefined ? 'null' : extractIdJson(key))
  return `{"object":"list","data":[${keys.join(',')}],"first_id":${idOf(keys[0])},"last_id":${idOf(keys.at(-1))},"has_more":${hasMore}}`
}

const idOffset = '{"object":"organization.admin_api_key","id":'.length

/** The id of a key as JSON. A quote within it is escaped, so that nothing in it can look like the next field. */
const extractIdJson = (key: Json<AdminApiKey>): string => key.slice(idOffset, key.indexOf(',"name":', idOffset))
