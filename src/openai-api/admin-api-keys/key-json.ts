import { type Json, toJson } from '../json-text.ts'
import type { AdminApiKey, AdminApiKeyCreateResponse, ApiKeyList } from './schemas.ts'

// Keys are stored as the JSON text that the API returns, and responses are assembled from that text without parsing it
// (decision 7). This relies on the field order that `toJson` of a key produces.

/** Returns the JSON of a create response: the key with its value as the last field. */
export const appendValue = (key: Json<AdminApiKey>, value: string): Json<AdminApiKeyCreateResponse> =>
  `${key.slice(0, -1)},"value":${toJson(value)}}`

/** Returns the JSON of a list page. */
export function listJson(keys: Json<AdminApiKey>[], hasMore: boolean): Json<ApiKeyList> {
  const idOrNull = (key: Json<AdminApiKey> | undefined) => (key === undefined ? 'null' : extractIdJson(key))
  return `{"object":"list","data":[${keys.join(',')}],"first_id":${idOrNull(keys[0])},"last_id":${idOrNull(keys.at(-1))},"has_more":${hasMore}}`
}

const idOffset = '{"object":"organization.admin_api_key","id":'.length

/** Returns the id as JSON. Quotes inside it are escaped, so nothing in an id can look like the start of the next field. */
const extractIdJson = (key: Json<AdminApiKey>): string => key.slice(idOffset, key.indexOf(',"name":', idOffset))
