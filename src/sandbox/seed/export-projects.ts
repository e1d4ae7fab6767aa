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
  const projects = store.projects.all()
  const owners = projects.flatMap(({ id: project_id }) =>
    [...(accounts.get(project_id) ?? []).map(({ id }) => id), null].map((service_account_id) =>
      ownerOf({ service_account_id, project_id }),
    ),
  )
  const keys = withSequence(store.projectApiKeys.all(), owners)
  const keysOfAccount = Map.groupBy(keys, ({ service_account_id }) => service_account_id)
  const keysOfUsers = Map.groupBy(keysOfAccount.get(null) ?? [], ({ project_id }) => project_id)
  return projects.map(({ id, name, created_at, archived_at, external_key_id, residency, is_default }) => ({
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

type ExportedKeyRow = StoredProjectKeyRow & { sequence?: number }

/**
 * Adds the place within their second to keys, unless a seed without it would recreate the order: it lists the keys of each owner
 * together.
 */
function withSequence(keys: StoredProjectKeyRow[], owners: readonly string[]): ExportedKeyRow[] {
  const places = new Map(owners.map((owner, place) => [owner, place]))
  const placeOf = (key: StoredProjectKeyRow) => places.get(ownerOf(key)) ?? owners.length
  const seconds = [...Map.groupBy(keys, ({ created_at }) => created_at).values()]
  const isInOrder = (ofSecond: StoredProjectKeyRow[]) =>
    ofSecond.every((key, n) => n === 0 || placeOf(ofSecond[n - 1] ?? key) <= placeOf(key))
  if (seconds.every(isInOrder)) return keys
  return seconds.flatMap((ofSecond) =>
    ofSecond.length === 1 ? ofSecond : ofSecond.map((key, n) => ({ ...key, sequence: n + 1 })),
  )
}

const ownerOf = ({ service_account_id, project_id }: Pick<StoredProjectKeyRow, 'service_account_id' | 'project_id'>) =>
  service_account_id === null ? `users of ${project_id}` : `account ${service_account_id}`

function exportAccount(
  { id, name, role, created_at, deleted }: AccountRow,
  keys: readonly ExportedKeyRow[],
  redaction: Behavior['redaction'],
): SeedAccount {
  const api_keys = keys.map((key) => exportKey(key, redaction))
  return { id, name: redact(name), role, created_at, ...(deleted ? { deleted: true } : {}), api_keys }
}

function exportUserKey(key: ExportedKeyRow, redaction: Behavior['redaction']): SeedUserKey {
  const { id, email, name, created_at, role } = fromJson<KeyUser>(key.user ?? '{}')
  return {
    ...exportKey(key, redaction),
    owner: { type: 'user', id, email, name: redact(name), created_at, role },
    owner_project_access: key.owner_project_access,
  }
}

const exportKey = (key: ExportedKeyRow, redaction: Behavior['redaction']): SeedAccountKey => ({
  id: key.id,
  name: redact(key.name),
  value_sha256: key.value_sha256,
  redacted_value: redact(redactedValueOf(key.redacted_value, key, redaction)),
  created_at: key.created_at,
  expires_at: key.expires_at,
  last_used_at: key.last_used_at,
  scopes: fromJson<string[]>(key.scopes).map((scope) => redact(scope)),
  ...(key.sequence === undefined ? {} : { sequence: key.sequence }),
  ...(key.deleted ? { deleted: true } : {}),
})

/** Returns the events of the audit log, oldest first. */
export function exportEvents(store: OrganizationStore): SeedEvent[] {
  const names = new Map(store.projects.all().map(({ id, name }) => [id, redact(name)]))
  return store.auditLogs.all().map((json) => {
    const { id, type, effective_at, project, actor, [type]: details } = fromJson<AuditEvent>(redact(json))
    const wasRenamed = project !== undefined && project.name !== names.get(project.id)
    return {
      id,
      type: type as SeedEvent['type'],
      effective_at,
      project: project?.id ?? null,
      ...(wasRenamed ? { project_name: project.name } : {}),
      ...(actor === undefined ? {} : { actor }),
      details: (details ?? {}) as object,
    }
  })
}
