import { type ExpectedResponse, unknownKey } from './expected-errors.ts'
import type { Actor, Key, ProjectKey, State } from './initial-state.ts'
import { pageOf, success } from './page-model.ts'
import { type GeneratedKey, ResourceModel } from './resource-model.ts'

export interface ListQuery {
  after?: string
  order?: 'asc' | 'desc'
  limit?: number | string
}

/** The key that sent a request, of either kind. */
export type Caller = { kind: 'admin'; key: Key } | { kind: 'project'; key: ProjectKey }

/** The reference model of an organization: no HTTP, no database, no optimization. */
export class OrganizationModel {
  readonly state: State
  readonly resources: ResourceModel

  constructor(state: State) {
    this.state = structuredClone(state)
    this.resources = new ResourceModel(this.state)
  }

  isLive = ({ isDeleted, expires_at }: Key) => !isDeleted && (expires_at === null || expires_at > this.state.now)

  /** Returns the key that has that value, dead or not. */
  findByValue(token: string): Caller | undefined {
    const key = this.state.keys.find(({ value }) => value === token)
    if (key !== undefined) return { kind: 'admin', key }
    const projectKey = this.state.projectKeys.find(({ value }) => value === token)
    return projectKey && { kind: 'project', key: projectKey }
  }

  /** Returns whether a key authenticates. */
  authenticates = (caller: Caller) =>
    caller.kind === 'admin' ? this.isLive(caller.key) : this.resources.isLive(caller.key)

  create(
    name: string,
    expiresInSeconds: number | undefined,
    caller: Key,
    generatedKey: GeneratedKey,
  ): ExpectedResponse {
    const { now } = this.state
    const times = {
      created_at: now,
      expires_at: expiresInSeconds === undefined ? null : now + expiresInSeconds,
      last_used_at: null,
    }
    const key = { name, ...generatedKey, ...times, owner: caller.owner, isDeleted: false }
    this.state.keys.push(key)
    this.#record('api_key.created', caller, { id: key.id, data: { scopes: [] } })
    return success({ ...toApiKey(key), value: generatedKey.value ?? 'x'.repeat(133) })
  }

  list({ order = 'asc', ...query }: ListQuery): ExpectedResponse {
    const sorted = this.state.keys.toSorted((a, b) => a.created_at - b.created_at)
    const inOrder = order === 'asc' ? sorted : sorted.reverse()
    const isListed = ({ isDeleted }: Key) => !isDeleted
    return pageOf({ sorted: inOrder, isListed, toShape: toApiKey, noun: 'admin API key' }, query)
  }

  retrieve(id: string): ExpectedResponse {
    const key = this.#find(id)
    return key === undefined ? unknownKey(id) : success(toApiKey(key))
  }

  delete(id: string, caller: Key): ExpectedResponse {
    const key = this.#find(id)
    if (key === undefined) return unknownKey(id)
    key.isDeleted = true
    this.#record('api_key.deleted', caller, { id })
    return success({ id, object: 'organization.admin_api_key.deleted', deleted: true })
  }

  #record(type: string, caller: Key, details: { id: string; data?: object }): void {
    this.state.events.push({ id: undefined, type, effective_at: this.state.now, actor: actorOf(caller), details })
  }

  #find = (id: string) => this.state.keys.find((key) => key.id === id && !key.isDeleted)
}

/** Returns who an event names for an admin key. */
export function actorOf({ id, owner }: Key): Actor {
  if (owner.type === 'service_account') return { id, type: owner.type, service_account: { id: owner.id } }
  return { id, type: owner.type, user: { id: owner.id, email: 'admin@example.com' } }
}

const toApiKey = ({ id, name, redacted_value, created_at, expires_at, last_used_at, owner }: Key) => ({
  object: 'organization.admin_api_key',
  id,
  name,
  redacted_value,
  created_at,
  expires_at,
  last_used_at,
  owner,
})
