import type { Behavior } from '../behavior.ts'
import { fromJson } from '../json-text.ts'
import { redactedValueOf } from '../keys/redacted-value.ts'
import type { ProjectApiKey } from './schemas.ts'
import type { KeyUser, ProjectKeyRow } from './store.ts'

/** The name of a key that was created without one. */
export const defaultKeyName = 'Secret Key'

/** Returns a key as the API returns it. */
export const toProjectKey = (row: ProjectKeyRow, redaction: Behavior['redaction']): ProjectApiKey => ({
  object: 'organization.project.api_key',
  redacted_value: redactedValueOf(row.redacted_value, row, redaction),
  name: row.name,
  created_at: row.created_at,
  last_used_at: row.last_used_at,
  id: row.id,
  expires_at: row.expires_at,
  owner_project_access: row.owner_project_access,
  owner: toOwner(row),
})

function toOwner({ user, service_account_id, account_name, account_created_at, account_role }: ProjectKeyRow) {
  if (user !== null) return { type: 'user' as const, user: fromJson<KeyUser>(user) }
  return {
    type: 'service_account' as const,
    service_account: {
      id: service_account_id ?? '',
      name: account_name ?? '',
      created_at: account_created_at ?? 0,
      role: account_role ?? 'none',
    },
  }
}
