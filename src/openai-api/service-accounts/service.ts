import * as errors from '../errors/catalogue.ts'
import { nouns } from '../errors/nouns.ts'
import { assertWellFormed } from '../http/well-formed.ts'
import { toJson } from '../json-text.ts'
import type { Actor } from '../keys/caller.ts'
import { assertValidLimit, readPage, toListResponse } from '../lists/pages.ts'
import type { OperationResult } from '../operation-result.ts'
import type { ServiceDeps } from '../organization/service-deps.ts'
import { issueKey, type KeyGenerators } from '../project-api-keys/issue.ts'
import { defaultKeyName } from '../project-api-keys/key.ts'
import type { ProjectKeyStore } from '../project-api-keys/store.ts'
import { findActiveProject, findProject } from '../projects/project.ts'
import type { ProjectRow, ProjectStore } from '../projects/store.ts'
import type {
  CreatedServiceAccount,
  CreateServiceAccountBody,
  CreateServiceAccountKeyBody,
  DeletedServiceAccount,
  ListServiceAccountsQuery,
  ServiceAccount,
  ServiceAccountKey,
  ServiceAccountList,
  UpdateServiceAccountBody,
} from './schemas.ts'
import type { AccountRow, AccountStore } from './store.ts'

interface AccountServiceDeps extends ServiceDeps {
  store: AccountStore
  projects: ProjectStore
  keys: ProjectKeyStore
  generate: KeyGenerators & { accountId: () => string }
}

const noun = nouns.service_account_id

const toShape = ({ id, name, role, created_at }: AccountRow): ServiceAccount => ({
  object: 'organization.project.service_account',
  id,
  name,
  role,
  created_at,
})

/** The rules of the operations on service accounts. `actor` is who the audit log names. */
export function createAccountService(deps: AccountServiceDeps) {
  const { store, projects, keys, generate, now, behavior, audit, transact } = deps

  /** Throws the API's 404 for an unknown project or account. */
  function find(projectId: string, id: string): { project: ProjectRow; account: AccountRow } {
    const project = findProject(projects, projectId)
    const account = store.find(projectId, id)
    const at = `service_account=${id}; project=${projectId}`
    if (account === undefined) throw errors.notFound(noun, id, `service_account_unknown; ${at}`)
    if (account.deleted) throw errors.notFound(noun, id, `service_account_deleted; ${at}`)
    if (project.archived_at !== null) throw errors.notFound(noun, id, `project_archived; ${at}`)
    return { project, account }
  }

  function insertAccount(account: Omit<AccountRow, 'id' | 'created_at' | 'deleted'>): string {
    // A seeded sequence can repeat what an earlier run stored.
    for (;;) {
      const id = generate.accountId()
      if (store.insert({ ...account, id, created_at: now(), deleted: 0 })) return id
    }
  }

  function createKey(
    { id, project_id, role }: Pick<AccountRow, 'id' | 'project_id' | 'role'>,
    { name = defaultKeyName, scopes = [], expires_in_seconds }: CreateServiceAccountKeyBody,
  ): ServiceAccountKey {
    const created_at = now()
    const expires_at = (expires_in_seconds ?? null) === null ? null : created_at + Number(expires_in_seconds)
    const issued = issueKey(keys, generate, {
      project_id,
      service_account_id: id,
      user: null,
      owner_project_access: role === 'none' ? 'inactive' : 'active',
      name,
      scopes,
      created_at,
      expires_at,
      last_used_at: null,
      deleted: 0,
    })
    const object = 'organization.project.service_account.api_key'
    return { object, value: issued.value, name, created_at, id: issued.id, expires_at }
  }

  return {
    list(projectId: string, page: ListServiceAccountsQuery): OperationResult<ServiceAccountList> {
      assertValidLimit(page.limit, behavior())
      findActiveProject(projects, projectId)
      const source = {
        noun,
        find: (id: string) => store.find(projectId, id),
        page: (after: string | null, limit: number) => store.page(projectId, after, limit),
      }
      const { rows, hasMore } = readPage(source, page, behavior())
      return { json: toJson(toListResponse(rows.map(toShape), hasMore)) }
    },

    create(
      projectId: string,
      { name, create_service_account_only, expires_in_seconds }: CreateServiceAccountBody,
      actor: Actor,
    ): OperationResult<CreatedServiceAccount> {
      assertWellFormed({ name })
      const isWithoutKey = create_service_account_only === true
      const isExclusive = isWithoutKey && (expires_in_seconds ?? null) !== null
      if (isExclusive && behavior().exclusive_fields === 'reject') {
        throw errors.exclusiveParameters('create_service_account_only', 'expires_in_seconds')
      }
      const project = findActiveProject(projects, projectId)
      return transact(() => {
        const role = isWithoutKey ? 'none' : 'member'
        const id = insertAccount({ project_id: projectId, name, role })
        const key = isWithoutKey
          ? null
          : createKey({ id, project_id: projectId, role }, { expires_in_seconds: expires_in_seconds ?? null })
        audit.record({ type: 'service_account.created', resource: id, details: { data: { role } }, project, actor })
        const { account } = find(projectId, id)
        const json = toJson<CreatedServiceAccount>({ ...toShape(account), role, api_key: key })
        return { json, serviceAccountId: id, ...(key === null ? {} : { keyId: key.id }) }
      })
    },

    retrieve: (projectId: string, id: string): OperationResult<ServiceAccount> => ({
      json: toJson(toShape(find(projectId, id).account)),
    }),

    update(
      projectId: string,
      id: string,
      { name, role }: UpdateServiceAccountBody,
      actor: Actor,
    ): OperationResult<ServiceAccount> {
      assertWellFormed({ name })
      const { project, account } = find(projectId, id)
      return transact(() => {
        const updated = { ...account, name: name ?? account.name, role: role ?? account.role }
        store.update({ id, name: updated.name, role: updated.role })
        if (account.role === 'none' && updated.role !== 'none') keys.setAccessOfAccount(id, 'active')
        const changes_requested = { role }
        audit.record({ type: 'service_account.updated', resource: id, details: { changes_requested }, project, actor })
        return { json: toJson(toShape(updated)) }
      })
    },

    /** Deletes an account and its keys. */
    delete(projectId: string, id: string, actor: Actor): OperationResult<DeletedServiceAccount> {
      const { project } = find(projectId, id)
      return transact(() => {
        store.setDeleted(id)
        keys.deleteOfAccount(id)
        audit.record({ type: 'service_account.deleted', resource: id, project, actor })
        return { json: toJson({ object: 'organization.project.service_account.deleted', id, deleted: true } as const) }
      })
    },

    createKey(
      projectId: string,
      id: string,
      body: CreateServiceAccountKeyBody,
      actor: Actor,
    ): OperationResult<ServiceAccountKey> {
      const { name, scopes = [] } = body
      assertWellFormed({ name, scopes })
      const { project, account } = find(projectId, id)
      return transact(() => {
        const key = createKey(account, body)
        audit.record({ type: 'api_key.created', resource: key.id, details: { data: { scopes } }, project, actor })
        return { json: toJson(key), keyId: key.id }
      })
    },
  }
}

export type AccountService = ReturnType<typeof createAccountService>
