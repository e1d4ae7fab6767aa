import { type AuditFilter, listEvents } from './audit-model.ts'
import type { ExpectedResponse } from './expected-errors.ts'
import * as errors from './expected-errors.ts'
import type { Account, Actor, Project, ProjectKey, State } from './initial-state.ts'
import { pageOf, success } from './page-model.ts'
import type { ResourceOperation } from './resource-operations.ts'

/** The random parts of what a create makes, which the model takes from the server. */
export interface GeneratedKey {
  id: string
  /** Undefined if the create response was lost. */
  value: string | undefined
  redacted_value: string
}

export interface Generated {
  projectId?: string
  accountId?: string
  key?: GeneratedKey
  /** How the value of the key starts, if the response broke off inside it. */
  partialValue?: string
}

export interface ResourceBody {
  name?: string | null
  external_key_id?: string | null
  residency?: string | null
  geography?: string | null
  create_service_account_only?: boolean | null
  expires_in_seconds?: number | null
  role?: string
  scopes?: string[]
}

export interface ResourceRequest {
  operation: ResourceOperation
  project: string
  account: string
  key: string
  /** A body without meaning for the operation is ignored. */
  body: ResourceBody
  query: { after?: string; limit?: number | string; include_archived?: boolean; access?: string } & AuditFilter
}

const noKey: GeneratedKey = { id: '', value: '', redacted_value: '' }

const [accountNoun, keyNoun] = ['service account', 'project API key']

/** The reference model of projects, service accounts, project keys and the audit log. */
export class ResourceModel {
  readonly #state: State

  constructor(state: State) {
    this.#state = state
  }

  run(request: ResourceRequest, actor: Actor, generated: Generated = {}): ExpectedResponse {
    const { project, account, key, query, body } = request
    // Errors of parameters come before the 404 of a project.
    if (typeof query.limit === 'string') return errors.invalidLimitType()
    switch (request.operation) {
      case 'list-projects':
        return this.#listProjects(query)
      case 'create-project':
        return this.#createProject(body, actor, generated)
      case 'retrieve-project':
        return this.#withProject(project, (found) => success(toProject(found)))
      case 'modify-project':
        return this.#withProject(project, (found) => this.#modifyProject(found, body, actor))
      case 'archive-project':
        return this.#withProject(project, (found) => this.#archiveProject(found, actor))
      case 'list-project-service-accounts':
        return this.#withActiveProject(project, () => this.#listAccounts(project, query))
      case 'create-project-service-account':
        return this.#createAccount(project, body, actor, generated)
      case 'retrieve-project-service-account':
        return this.#withAccount(project, account, (found) => success(toAccount(found)))
      case 'update-project-service-account':
        return this.#withAccount(project, account, (found) => this.#updateAccount(found, body, actor))
      case 'delete-project-service-account':
        return this.#withAccount(project, account, (found) => this.#deleteAccount(found, actor))
      case 'CreateanAPIkeyforaserviceaccount':
        return this.#withAccount(project, account, (found) => {
          const json = this.#createKey(found, body, generated)
          this.#record('api_key.created', actor, { id: json.id, data: { scopes: body.scopes ?? [] } })
          return success(json)
        })
      case 'list-project-api-keys':
        return this.#withProject(project, (found) => this.#listKeys(found, query))
      case 'retrieve-project-api-key':
        return this.#withKey(project, key, (found) => success(this.#toKey(found)))
      case 'update-project-api-key':
        return this.#updateKey(project, key, body, actor)
      case 'delete-project-api-key':
        return this.#withKey(project, key, (found) => this.#deleteKey(found, actor))
      case 'list-audit-logs':
        return listEvents(this.#state.events, query)
      case 'listModels':
        return success({ object: 'list', data: models.map((id) => ({ id, ...modelFields })) })
    }
  }

  /** Returns whether a project key authenticates. */
  isLive = ({ project_id, isDeleted, expires_at }: ProjectKey): boolean =>
    !isDeleted && !this.#isArchived(project_id) && (expires_at === null || expires_at > this.#state.now)

  #isArchived = (id: string) => this.#state.projects.find((project) => project.id === id)?.archived_at !== null

  #record(type: string, actor: Actor, details: { id: string; [detail: string]: unknown }): void {
    this.#state.events.push({ id: undefined, type, effective_at: this.#state.now, actor, details })
  }

  #withProject(id: string, run: (project: Project) => ExpectedResponse): ExpectedResponse {
    const project = this.#state.projects.find((each) => each.id === id)
    return project === undefined ? errors.notFound('project', id) : run(project)
  }

  #withActiveProject(id: string, run: () => ExpectedResponse): ExpectedResponse {
    return this.#withProject(id, ({ archived_at }) => (archived_at === null ? run() : errors.projectArchived(id)))
  }

  #withAccount(projectId: string, id: string, run: (account: Account) => ExpectedResponse): ExpectedResponse {
    return this.#withProject(projectId, ({ archived_at }) => {
      const isFound = (each: Account) => each.id === id && each.project_id === projectId && !each.isDeleted
      const account = archived_at === null ? this.#state.accounts.find(isFound) : undefined
      return account === undefined ? errors.notFound(accountNoun, id) : run(account)
    })
  }

  #withKey(projectId: string, id: string, run: (key: ProjectKey) => ExpectedResponse): ExpectedResponse {
    return this.#withProject(projectId, ({ archived_at }) => {
      const isFound = (each: ProjectKey) => each.id === id && each.project_id === projectId && !each.isDeleted
      const key = archived_at === null ? this.#state.projectKeys.find(isFound) : undefined
      return key === undefined ? errors.notFound(keyNoun, id) : run(key)
    })
  }

  #listProjects({ include_archived = false, ...query }: ResourceRequest['query']): ExpectedResponse {
    const byTime = this.#state.projects.toSorted((a, b) => a.created_at - b.created_at)
    // The default project comes first, whenever it was created.
    const sorted = byTime.toSorted((a, b) => Number(b.isDefault) - Number(a.isDefault))
    const isListed = ({ archived_at }: Project) => include_archived || archived_at === null
    return pageOf({ sorted, isListed, toShape: toProject, noun: 'project' }, query)
  }

  #createProject(body: ResourceBody, actor: Actor, { projectId = '' }: Generated): ExpectedResponse {
    const { name, residency = null, geography = null, external_key_id = null } = body
    if (residency !== null && geography !== null) return errors.exclusiveFields('residency', 'geography')
    const project = {
      id: projectId,
      isDefault: false,
      name: name ?? '',
      created_at: this.#state.now,
      archived_at: null,
      external_key_id,
      residency: residency ?? 'GLOBAL',
    }
    this.#state.projects.push(project)
    this.#record('project.created', actor, { id: projectId, data: { name, title: name } })
    return success(toProject(project))
  }

  #modifyProject(project: Project, { name, external_key_id }: ResourceBody, actor: Actor): ExpectedResponse {
    if (project.archived_at !== null) return errors.projectArchived(project.id)
    if (project.isDefault) return errors.defaultProjectFixed('modified')
    project.name = name ?? project.name
    if (external_key_id !== undefined) project.external_key_id = external_key_id
    this.#record('project.updated', actor, { id: project.id, changes_requested: name == null ? {} : { title: name } })
    return success(toProject(project))
  }

  #archiveProject(project: Project, actor: Actor): ExpectedResponse {
    if (project.archived_at !== null) return success(toProject(project))
    if (project.isDefault) return errors.defaultProjectFixed('archived')
    project.archived_at = this.#state.now
    this.#record('project.archived', actor, { id: project.id })
    return success(toProject(project))
  }

  #listAccounts(projectId: string, query: ResourceRequest['query']): ExpectedResponse {
    const ofProject = this.#state.accounts.filter(({ project_id }) => project_id === projectId)
    const sorted = ofProject.toSorted((a, b) => a.created_at - b.created_at)
    return pageOf({ sorted, isListed: (each) => !each.isDeleted, toShape: toAccount, noun: accountNoun }, query)
  }

  #createAccount(projectId: string, body: ResourceBody, actor: Actor, generated: Generated): ExpectedResponse {
    const isWithoutKey = body.create_service_account_only === true
    const { expires_in_seconds = null } = body
    if (isWithoutKey && expires_in_seconds !== null)
      return errors.exclusiveFields('create_service_account_only', 'expires_in_seconds')
    return this.#withActiveProject(projectId, () => {
      const account = {
        id: generated.accountId ?? '',
        project_id: projectId,
        name: body.name ?? '',
        role: isWithoutKey ? 'none' : 'member',
        created_at: this.#state.now,
        isDeleted: false,
      }
      this.#state.accounts.push(account)
      const api_key = isWithoutKey ? null : this.#createKey(account, { expires_in_seconds }, generated)
      this.#record('service_account.created', actor, { id: account.id, data: { role: account.role } })
      return success({ ...toAccount(account), api_key })
    })
  }

  #updateAccount(account: Account, { name, role }: ResourceBody, actor: Actor): ExpectedResponse {
    if (account.role === 'none' && role !== undefined)
      for (const key of this.#state.projectKeys) if (key.account_id === account.id) key.access = 'active'
    account.name = name ?? account.name
    account.role = role ?? account.role
    const changes_requested = role === undefined ? {} : { role }
    this.#record('service_account.updated', actor, { id: account.id, changes_requested })
    return success(toAccount(account))
  }

  #deleteAccount(account: Account, actor: Actor): ExpectedResponse {
    account.isDeleted = true
    for (const key of this.#state.projectKeys) if (key.account_id === account.id) key.isDeleted = true
    this.#record('service_account.deleted', actor, { id: account.id })
    return success({ object: 'organization.project.service_account.deleted', id: account.id, deleted: true })
  }

  #createKey(account: Account, { name, expires_in_seconds }: ResourceBody, generated: Generated) {
    const { id, value, redacted_value } = generated.key ?? noKey
    const { now } = this.#state
    const key: ProjectKey = {
      ...{ id, value, redacted_value, created_at: now, last_used_at: null, isDeleted: false, user: undefined },
      project_id: account.project_id,
      account_id: account.id,
      access: account.role === 'none' ? 'inactive' : 'active',
      name: name ?? 'Secret Key',
      expires_at: expires_in_seconds == null ? null : now + expires_in_seconds,
    }
    this.#state.projectKeys.push(key)
    const object = 'organization.project.service_account.api_key'
    const shownValue = value ?? (generated.partialValue ?? '').padEnd(135, 'x')
    return { object, value: shownValue, name: key.name, created_at: now, id, expires_at: key.expires_at }
  }

  #listKeys({ id, archived_at }: Project, { access, ...query }: ResourceRequest['query']): ExpectedResponse {
    const ofProject = this.#state.projectKeys.filter(({ project_id }) => project_id === id)
    const sorted = ofProject.toSorted((a, b) => a.created_at - b.created_at)
    const isListed = (key: ProjectKey) =>
      archived_at === null && !key.isDeleted && (access === undefined || access === 'any' || key.access === access)
    return pageOf({ sorted, isListed, toShape: (key: ProjectKey) => this.#toKey(key), noun: keyNoun }, query)
  }

  #updateKey(projectId: string, id: string, body: ResourceBody, actor: Actor): ExpectedResponse {
    const { scopes, expires_in_seconds } = body
    if (scopes === undefined && expires_in_seconds === undefined) return errors.missingAnyField()
    return this.#withKey(projectId, id, (key) => {
      const { now } = this.#state
      if (key.expires_at !== null && key.expires_at <= now) return errors.keyExpired(id)
      if (typeof expires_in_seconds === 'number') key.expires_at = now + expires_in_seconds
      this.#record('api_key.updated', actor, { id, changes_requested: { scopes, expires_in_seconds } })
      return success(this.#toKey(key))
    })
  }

  #deleteKey(key: ProjectKey, actor: Actor): ExpectedResponse {
    key.isDeleted = true
    this.#record('api_key.deleted', actor, { id: key.id })
    return success({ object: 'organization.project.api_key.deleted', id: key.id, deleted: true })
  }

  #toKey({ redacted_value, name, created_at, last_used_at, id, expires_at, access, user, account_id }: ProjectKey) {
    const fields = { redacted_value, name, created_at, last_used_at, id, expires_at, owner_project_access: access }
    return { object: 'organization.project.api_key', ...fields, owner: this.#ownerOf(user, account_id) }
  }

  #ownerOf(user: object | undefined, accountId: string | undefined): object {
    if (user !== undefined) return { type: 'user', user }
    const owner = this.#state.accounts.find(({ id }) => id === accountId) as Account
    const { id, name, created_at, role } = owner
    return { type: 'service_account', service_account: { id, name, created_at, role } }
  }
}

const models = ['gpt-5', 'gpt-5-mini', 'text-embedding-3-small']
const modelFields = { object: 'model', created: 1_700_000_000, owned_by: 'openai' }

const toProject = ({ id, name, created_at, archived_at, external_key_id, residency }: Project) => ({
  ...{ id, object: 'organization.project', name, created_at, archived_at },
  status: archived_at === null ? 'active' : 'archived',
  ...{ external_key_id, residency },
})

const toAccount = ({ id, name, role, created_at }: Account) => ({
  object: 'organization.project.service_account',
  ...{ id, name, role, created_at },
})
