import { createOwner } from './key.ts'
import type { AdminApiKey, AdminApiKeyCreateResponse, ApiKeyList, DeletedAdminApiKey } from './schemas.ts'

const id = 'key_abc'

const key: AdminApiKey = {
  object: 'organization.admin_api_key',
  id,
  name: 'CI deploys',
  redacted_value: 'sk-admin...def',
  created_at: 1711471533,
  expires_at: 1714063533,
  last_used_at: 1711471534,
  owner: createOwner({ type: 'user', id: 'user-abc', name: 'Jane', created_at: 1711471533 }),
}

const listResponse: ApiKeyList = {
  object: 'list',
  // A full page, so that a patch of any index below 100 applies.
  data: Array.from({ length: 100 }, () => key),
  first_id: id,
  last_id: id,
  has_more: true,
}
const createResponse: AdminApiKeyCreateResponse = { ...key, value: 'sk-admin-1234abcd' }
const deleteResponse: DeletedAdminApiKey = { id, object: 'organization.admin_api_key.deleted', deleted: true }

/** For each operation, a response with every field that one can have. */
export const exampleResponses = {
  'admin-api-keys-list': listResponse,
  'admin-api-keys-create': createResponse,
  'admin-api-keys-get': key,
  'admin-api-keys-delete': deleteResponse,
}
