import { redact } from '../../common/redaction.ts'
import type { AuditEvent } from '../../openai-api/audit-logs/schemas.ts'
import type { Behavior } from '../../openai-api/behavior.ts'
import { fromJson } from '../../openai-api/json-text.ts'
import { redactedValueOf } from '../../openai-api/keys/redacted-value.ts'
import type { OrganizationStore } from '../../openai-api/organization/store.ts'
import type { KeyUser, StoredProjectKeyRow } from '../../openai-api/project-api-keys/store.ts'
import type { AccountRow } from '../../openai-api/service-accounts/store.ts'
import type { SeedAccount, SeedAccountKey, SeedEvent, SeedProject, SeedUserKey } from './project-schema.ts'

/** Returns the projects of an organization and what is in them, deleted accounts and keys included. */
export function exportProjects(store: OrganizationStore, redaction: Behavior['redaction']): SeedProject[] {
  const accounts = Map.groupBy(store.serviceAccounts.all(), ({ project_id }) => project_id)
  const keys = store.projectApiKeys.all()
  const keysOfAccount = Map.groupBy(keys, ({ service_account_id }) => service_account_id)
  const keysOfUsers = Map.groupBy(keysOfAccount.get(null) ?? [], ({ project_id }) => project_id)
  return store.projects.all().map(({ id, name, created_at, archived_at, external_key_id, residency, is_default }) => ({
    id,
    // A user may have used a value as a name.
    name: redact(name),
    ...(is_default ? { default: true } : {}),
    created_at,
    archived_at,
    external_key_id: external_key_id === null ? null : redact(external_key_id),
    residency: residency as NonNullable<SeedProject['residency']>,
    service_accounts: (accounts.get(id) ?? []).map((account) =>
      exportAccount(account, keysOfAccount.get(account.id) ?? [], redaction),
    ),
    api_keys: (keysOfUsers.get(id) ?? []).map((key) => exportUserKey(key, redaction)),
  }))
}

function exportAccount(
  { id, name, role, created_at, deleted }: AccountRow,
  keys: readonly StoredProjectKeyRow[],
  redaction: Behavior['redaction'],
): SeedAccount {
  const api_keys = keys.map((key) => exportKey(key, redaction))
  return { id, name: redact(name), role, created_at, ...(deleted ? { deleted: true } : {}), api_keys }
}

function exportUserKey(key: StoredProjectKeyRow, redaction: Behavior['redaction']): SeedUserKey {
  const { id, email, name, created_at, role } = fromJson<KeyUser>(key.user ?? '{}')
  return {
    ...exportKey(key, redaction),
    owner: { type: 'user', id, email, name: redact(name), created_at, role },
    owner_project_access: key.owner_project_access,
  }
}

const exportKey = (key: StoredProjectKeyRow, redaction: Behavior['redaction']): SeedAccountKey => ({
  id: key.id,
  name: redact(key.name),
  value_sha256: key.value_sha256,
  redacted_value: redact(redactedValueOf(key.redacted_value, key, redaction)),
  created_at: key.created_at,
  expires_at: key.expires_at,
  last_used_at: key.last_used_at,
  scopes: fromJson<string[]>(key.scopes).map((scope) => redact(scope)),
  ...(key.deleted ? { deleted: true } : {}),
})

/** Returns the events of the audit log, oldest first. */
export const exportEvents = (store: OrganizationStore): SeedEvent[] =>
  store.auditLogs.all().map((json) => {
    const { id, type, effective_at, project, actor, [type]: details } = fromJson<AuditEvent>(redact(json))
    return {
      id,
      type: type as SeedEvent['type'],
      effective_at,
      project: project?.id ?? null,
      ...(actor === undefined ? {} : { actor }),
      details: (details ?? {}) as object,
    }
  })
