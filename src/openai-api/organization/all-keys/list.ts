import { createOwner } from '../../admin-api-keys/key.ts'
import type { AdminApiKey } from '../../admin-api-keys/schemas.ts'
import type { Behavior } from '../../behavior.ts'
import { type Json, toJson } from '../../json-text.ts'
import type { ListSource } from '../../lists/pages.ts'
import { toProjectKey } from '../../project-api-keys/key.ts'
import type { ProjectKeyRow } from '../../project-api-keys/store.ts'
import type { OrganizationStore } from '../store.ts'

/** The list of admin keys with the behavior `listed_keys: all`: admin keys and project keys, all labeled as admin keys. */
export function allKeys(
  { allKeys, adminApiKeys, projectApiKeys, projects }: OrganizationStore,
  order: 'asc' | 'desc',
  redaction: Behavior['redaction'],
): ListSource<Json<AdminApiKey>> {
  function findProjectKey(id: string) {
    const key = projectApiKeys.byId(id)
    const isArchived = key !== undefined && projects.byId(key.project_id)?.archived_at !== null
    return key && ({ deleted: isArchived ? 1 : key.deleted } as const)
  }

  return {
    noun: 'API key',
    find: (id) => adminApiKeys.byId(id) ?? findProjectKey(id),
    page: (after, limit) =>
      allKeys.page(order, after, limit).flatMap(({ kind, id }) => {
        if (kind === 'admin') return adminApiKeys.byId(id, redaction)?.json ?? []
        const key = projectApiKeys.byId(id)
        return key === undefined ? [] : toAdminKeyJson(key, redaction)
      }),
  }
}

function toAdminKeyJson(row: ProjectKeyRow, redaction: Behavior['redaction']): Json<AdminApiKey> {
  const { owner, ...key } = toProjectKey(row, redaction)
  const { type, user, service_account } = owner
  const { id = '', name = '', created_at = 0 } = user ?? service_account ?? {}
  return toJson<AdminApiKey>({
    object: 'organization.admin_api_key',
    id: key.id,
    name: key.name,
    redacted_value: key.redacted_value,
    created_at: key.created_at,
    expires_at: key.expires_at,
    last_used_at: key.last_used_at,
    owner: createOwner({ type, id, name, created_at }),
  })
}
