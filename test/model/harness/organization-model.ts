import { type ExpectedResponse, invalidLimitType, unknownCursor, unknownKey } from './expected-errors.ts'
import type { Key, State } from './initial-state.ts'

export interface ListQuery {
  after?: string
  order?: 'asc' | 'desc'
  limit?: number | string
}

/** The random parts of a new key, which the model takes from the server. */
export interface GeneratedKey {
  id: string
  /** Undefined if the create response was lost. */
  value: string | undefined
  redacted_value: string
}

/** The reference model of an organization's admin keys: no HTTP, no database, no optimization. */
export class OrganizationModel {
  readonly state: State

  constructor(state: State) {
    this.state = structuredClone(state)
  }

  isLive = ({ isDeleted, expires_at }: Key) => !isDeleted && (expires_at === null || expires_at > this.state.now)

  /** Returns the live key with that value. */
  authenticate(token: string): Key | undefined {
    return this.state.keys.find((key) => key.value === token && this.isLive(key))
  }

  create(
    name: string,
    expiresInSeconds: number | undefined,
    { owner }: Key,
    generatedKey: GeneratedKey,
  ): ExpectedResponse {
    const { now } = this.state
    const times = {
      created_at: now,
      expires_at: expiresInSeconds === undefined ? null : now + expiresInSeconds,
      last_used_at: null,
    }
    const key = { name, ...generatedKey, ...times, owner, isDeleted: false }
    this.state.keys.push(key)
    return success({ ...toApiKey(key), value: generatedKey.value ?? 'x'.repeat(133) })
  }

  list({ after, order = 'asc', limit = 20 }: ListQuery): ExpectedResponse {
    if (typeof limit === 'string') return invalidLimitType()
    const sorted = this.state.keys.toSorted((a, b) => a.created_at - b.created_at)
    const inOrder = order === 'asc' ? sorted : sorted.reverse()
    const cursor = inOrder.findIndex(({ id }) => id === after)
    if (after && cursor < 0) return unknownCursor(after)
    const rest = inOrder.slice(cursor + 1).filter(({ isDeleted }) => !isDeleted)
    const data = rest.slice(0, Math.min(Math.max(limit, 1), 100))
    const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null]
    return success({ object: 'list', data: data.map(toApiKey), first_id, last_id, has_more: rest.length > data.length })
  }

  retrieve(id: string): ExpectedResponse {
    const key = this.#find(id)
    return key === undefined ? unknownKey(id) : success(toApiKey(key))
  }

  delete(id: string): ExpectedResponse {
    const key = this.#find(id)
    if (key === undefined) return unknownKey(id)
    key.isDeleted = true
    return success({ id, object: 'organization.admin_api_key.deleted', deleted: true })
  }

  #find = (id: string) => this.state.keys.find((key) => key.id === id && !key.isDeleted)
}

const success = (body: object): ExpectedResponse => ({ status: 200, text: JSON.stringify(body) })

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
