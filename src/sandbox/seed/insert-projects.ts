import { unixSeconds } from '../../common/time.ts'
import { toEventRow } from '../../openai-api/audit-logs/recorder.ts'
import type { AuditEvent } from '../../openai-api/audit-logs/schemas.ts'
import { parseRedactedValue, redactedFields } from '../../openai-api/keys/redacted-value.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import { defaultKeyName } from '../../openai-api/project-api-keys/key.ts'
import type { KeyUser, NewProjectKey } from '../../openai-api/project-api-keys/store.ts'
import type { ProjectRow } from '../../openai-api/projects/store.ts'
import type { AccountRow } from '../../openai-api/service-accounts/store.ts'
import { timeOf } from '../clock.ts'
import { expandIndex } from './expand-index.ts'
import type { SeedAccount, SeedAccountKey, SeedEvent, SeedProject, SeedUserKey } from './project-schema.ts'
import type { SeedTarget } from './target.ts'

/** Inserts the projects of a seed and what is in them; the default project first, described by the seed or not. */
export function insertProjects(projects: readonly SeedProject[], target: SeedTarget): void {
  const described = projects.find((project) => project.default)
  insertProject(described ?? defaultProject(target), 1, target)
  for (const project of projects) {
    if (project === described) continue
    for (let n = 1; n <= (project.generate ?? 1); n++) insertProject(project, n, target)
  }
}

/** As old as the organization's user. */
const defaultProject = ({ settings }: SeedTarget): SeedProject => ({
  name: 'Default project',
  default: true,
  created_at: settings.organization.user.created_at,
})

const nowOf = ({ settings }: SeedTarget) => timeOf(settings.clock)

function insertProject(project: SeedProject, n: number, target: SeedTarget): void {
  const now = nowOf(target)
  const { service_accounts = [], api_keys = [] } = project
  const archived_at = unixSeconds(project.archived_at, now) ?? null
  const row: Omit<ProjectRow, 'id'> = {
    name: expandIndex(project.name, project, n),
    created_at: unixSeconds(project.created_at, now) ?? Math.min(Math.floor(now / 1000), archived_at ?? now),
    archived_at,
    external_key_id: project.external_key_id ?? null,
    residency: project.residency ?? 'GLOBAL',
    is_default: project.default ? 1 : 0,
  }
  const id = insertWithId(project.id && expandIndex(project.id, project, n), target.randomness.projectId, (each) =>
    target.store.projects.insert({ ...row, id: each }),
  )
  for (const account of service_accounts)
    for (let m = 1; m <= (account.generate ?? 1); m++) insertAccount(account, m, id, target)
  for (const key of api_keys) for (let m = 1; m <= (key.generate ?? 1); m++) insertUserKey(key, m, id, target)
}

function insertAccount(account: SeedAccount, n: number, project_id: string, target: SeedTarget): void {
  const now = nowOf(target)
  const { role = 'member', deleted = false, api_keys = [] } = account
  const row: Omit<AccountRow, 'id'> = {
    project_id,
    name: expandIndex(account.name, account, n),
    role,
    created_at: unixSeconds(account.created_at, now) ?? Math.floor(now / 1000),
    deleted: deleted ? 1 : 0,
  }
  const id = insertWithId(
    account.id && expandIndex(account.id, account, n),
    target.randomness.projectAccountId,
    (each) => target.store.serviceAccounts.insert({ ...row, id: each }),
  )
  const owner = {
    project_id,
    service_account_id: id,
    user: null,
    owner_project_access: role === 'none' ? 'inactive' : 'active',
  } as const
  for (const key of api_keys)
    for (let m = 1; m <= (key.generate ?? 1); m++)
      // The keys of a deleted account are deleted.
      insertKey(deleted ? { ...key, deleted } : key, m, owner, target.randomness.accountKeyValue, target)
}

function insertUserKey(key: SeedUserKey, n: number, project_id: string, target: SeedTarget): void {
  const { owner = {}, owner_project_access = 'active' } = key
  const { user: admin } = target.settings.organization
  const user: KeyUser = {
    id: owner.id ?? target.randomness.userId(),
    email: owner.email ?? admin.email,
    name: owner.name ?? 'A user',
    created_at: unixSeconds(owner.created_at, nowOf(target)) ?? admin.created_at,
    role: owner.role ?? 'member',
  }
  const ownership = { project_id, service_account_id: null, user, owner_project_access }
  insertKey(key, n, ownership, target.randomness.userKeyValue, target)
}

type Ownership = Pick<NewProjectKey, 'project_id' | 'service_account_id' | 'user' | 'owner_project_access'>

function insertKey(
  key: SeedAccountKey,
  n: number,
  ownership: Ownership,
  generateValue: () => string,
  { store, settings, randomness }: SeedTarget,
): void {
  const now = timeOf(settings.clock)
  const expires_at = unixSeconds(key.expires_at, now) ?? null
  insertWithId(key.id && expandIndex(key.id, key, n), randomness.projectKeyId, (id) => {
    const value = key.value ?? generateValue()
    const redacted = key.redacted_value === undefined ? redactedFields(value) : parseRedactedValue(key.redacted_value)
    return store.projectApiKeys.insert({
      ...ownership,
      ...redacted,
      id,
      value_sha256: key.value_sha256 ?? digest(value),
      name: expandIndex(key.name ?? defaultKeyName, key, n),
      // An expired key was created earlier.
      created_at: unixSeconds(key.created_at, now) ?? Math.min(Math.floor(now / 1000), expires_at ?? now),
      expires_at,
      last_used_at: unixSeconds(key.last_used_at, now) ?? null,
      deleted: key.deleted ? 1 : 0,
      scopes: key.scopes ?? [],
    })
  })
}

/** Inserts the audit events of a seed. */
export function insertEvents(events: readonly SeedEvent[], target: SeedTarget): void {
  const { store, randomness } = target
  const now = nowOf(target)
  for (const event of events) {
    const project = event.project === undefined ? store.projects.default() : store.projects.byId(event.project ?? '')
    for (let n = 1; n <= (event.generate ?? 1); n++) {
      const { details = {} } = event
      insertWithId(event.id && expandIndex(event.id, event, n), randomness.auditEventId, (id) => {
        const stored: AuditEvent = {
          id,
          type: event.type,
          effective_at: unixSeconds(event.effective_at, now) ?? Math.floor(now / 1000),
          ...(project === undefined ? {} : { project: { id: project.id, name: project.name } }),
          ...(event.actor === undefined ? {} : { actor: event.actor }),
          [event.type]: details,
        }
        const resource = (details as { id?: unknown }).id
        return store.auditLogs.insert(toEventRow(stored, typeof resource === 'string' ? resource : null))
      })
    }
  }
}

/** Inserts with the given id, or with generated ones until one is free. Returns the id. */
function insertWithId(id: string | undefined, generate: () => string, insert: (id: string) => boolean): string {
  if (id !== undefined) {
    if (!insert(id)) throw new Error(`the id ${id} or the value of its key already exists`)
    return id
  }
  for (;;) {
    const generated = generate()
    if (insert(generated)) return generated
  }
}
