import { unixSeconds } from '../../common/time.ts'
import { toEventRow } from '../../openai-api/audit-logs/recorder.ts'
import type { AuditEvent } from '../../openai-api/audit-logs/schemas.ts'
import { parseRedactedValue, redactedFields } from '../../openai-api/keys/redacted-value.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import { defaultKeyName } from '../../openai-api/project-api-keys/key.ts'
import type { KeyUser, NewProjectKey } from '../../openai-api/project-api-keys/store.ts'
import type { ProjectRow } from '../../openai-api/projects/store.ts'
import type { AccountRow } from '../../openai-api/service-accounts/store.ts'
import { expandIndex } from './expand-index.ts'
import type { SeedAccount, SeedAccountKey, SeedEvent, SeedProject, SeedUserKey } from './project-schema.ts'
import type { ListedTarget } from './target.ts'

/** Where projects go, and their keys with a `sequence`, which orders them across owners: they are inserted last. */
interface ProjectTarget extends ListedTarget {
  keys: { sequence: number; insert: () => void }[]
}

/** Inserts the projects of a new sandbox and what is in them, in steps; the default project first, described by the seed or not. */
export function* insertAllProjects(projects: readonly SeedProject[], target: ListedTarget): Generator<void> {
  const described = projects.find((project) => project.default)
  const others = projects.filter((project) => project !== described)
  yield* insertProjects([described ?? defaultProject(target), ...others], target)
}

/** Inserts projects and what is in them, in steps. */
export function* insertProjects(projects: readonly SeedProject[], listedTarget: ListedTarget): Generator<void> {
  const target: ProjectTarget = { ...listedTarget, keys: [] }
  for (const project of projects) {
    for (let n = 1; n <= (project.generate ?? 1); n++) yield* insertProject(project, n, target)
  }
  for (const { insert } of target.keys.sort((a, b) => a.sequence - b.sequence)) yield insert()
}

/** As old as the organization's user. */
const defaultProject = ({ settings }: ListedTarget): SeedProject => ({
  name: 'Default project',
  default: true,
  created_at: settings.organization.user.created_at,
})

function* insertProject(project: SeedProject, n: number, target: ProjectTarget): Generator<void> {
  const { now } = target
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
  const given = project.id && expandIndex(project.id, project, n)
  const id = insertWithId(given, target.randomness.projectId, target, (each) =>
    target.store.projects.insert({ ...row, id: each }),
  )
  yield
  for (const account of service_accounts)
    for (let m = 1; m <= (account.generate ?? 1); m++) yield* insertAccount(account, m, id, target)
  for (const key of api_keys) for (let m = 1; m <= (key.generate ?? 1); m++) yield insertUserKey(key, m, id, target)
}

function* insertAccount(account: SeedAccount, n: number, project_id: string, target: ProjectTarget): Generator<void> {
  const { now } = target
  const { role = 'member', deleted = false, api_keys = [] } = account
  const row: Omit<AccountRow, 'id'> = {
    project_id,
    name: expandIndex(account.name, account, n),
    role,
    created_at: unixSeconds(account.created_at, now) ?? Math.floor(now / 1000),
    deleted: deleted ? 1 : 0,
  }
  const given = account.id && expandIndex(account.id, account, n)
  const id = insertWithId(given, target.randomness.projectAccountId, target, (each) =>
    target.store.serviceAccounts.insert({ ...row, id: each }),
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
      yield insertKey(deleted ? { ...key, deleted } : key, m, owner, target.randomness.accountKeyValue, target)
}

function insertUserKey(key: SeedUserKey, n: number, project_id: string, target: ProjectTarget): void {
  const { owner = {}, owner_project_access = 'active' } = key
  const { user: admin } = target.settings.organization
  const user: KeyUser = {
    id: owner.id ?? target.randomness.userId(),
    email: owner.email ?? admin.email,
    name: owner.name ?? 'A user',
    created_at: unixSeconds(owner.created_at, target.now) ?? admin.created_at,
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
  target: ProjectTarget,
): void {
  const { store, randomness, keys, now } = target
  const expires_at = unixSeconds(key.expires_at, now) ?? null
  const fields = {
    ...ownership,
    name: expandIndex(key.name ?? defaultKeyName, key, n),
    // An expired key was created earlier.
    created_at: unixSeconds(key.created_at, now) ?? Math.min(Math.floor(now / 1000), expires_at ?? now),
    expires_at,
    last_used_at: unixSeconds(key.last_used_at, now) ?? null,
    deleted: key.deleted ? (1 as const) : (0 as const),
    scopes: key.scopes ?? [],
  }
  const given = key.id && expandIndex(key.id, key, n)
  const insertAs = (id: string) => {
    const { redacted, value_sha256 } = storedValueOf(key, generateValue, target)
    return store.projectApiKeys.insert({ ...fields, ...redacted, id, value_sha256 })
  }
  const insert = () => {
    // With another value, the given id is free.
    if (given !== undefined && key.value_sha256 === undefined) while (!insertAs(given));
    else insertWithId(given, randomness.projectKeyId, target, insertAs)
  }
  if (key.sequence === undefined) insert()
  else keys.push({ sequence: key.sequence, insert })
}

/** Returns what is stored of a value: of the given one, or of one that the seed does not list. */
function storedValueOf(
  { value_sha256, redacted_value }: SeedAccountKey,
  generateValue: () => string,
  { isListed }: ListedTarget,
) {
  let value = generateValue()
  let sha256 = value_sha256 ?? digest(value)
  while (value_sha256 === undefined && isListed(sha256)) {
    value = generateValue()
    sha256 = digest(value)
  }
  const redacted = redacted_value === undefined ? redactedFields(value) : parseRedactedValue(redacted_value)
  return { redacted, value_sha256: sha256 }
}

/** Inserts the audit events of a seed, in steps. */
export function* insertEvents(events: readonly SeedEvent[], target: ListedTarget): Generator<void> {
  const { store, randomness, now } = target
  for (const event of events) {
    const project = event.project === undefined ? store.projects.default() : store.projects.byId(event.project ?? '')
    for (let n = 1; n <= (event.generate ?? 1); n++) {
      const { details = {} } = event
      insertWithId(event.id && expandIndex(event.id, event, n), randomness.auditEventId, target, (id) => {
        const stored: AuditEvent = {
          id,
          type: event.type,
          effective_at: unixSeconds(event.effective_at, now) ?? Math.floor(now / 1000),
          ...(project === undefined ? {} : { project: { id: project.id, name: event.project_name ?? project.name } }),
          ...(event.actor === undefined ? {} : { actor: event.actor }),
          [event.type]: details,
        }
        const resource = (details as { id?: unknown }).id
        return store.auditLogs.insert(toEventRow(stored, typeof resource === 'string' ? resource : null))
      })
      yield
    }
  }
}

/** Inserts with the given id, or with generated ones until one is free. Returns the id. */
function insertWithId(
  id: string | undefined,
  generate: () => string,
  { isListed }: ListedTarget,
  insert: (id: string) => boolean,
): string {
  if (id !== undefined) {
    if (!insert(id)) throw new Error(`the id ${id} or the value of its key already exists`)
    return id
  }
  for (;;) {
    const generated = generate()
    if (!isListed(generated) && insert(generated)) return generated
  }
}
