import { type Answer, unknownCursor, unknownKey, wrongLimit } from './expected-errors.ts'
import type { Key, State } from './initial-state.ts'

export interface Page {
  after?: string
  order?: 'asc' | 'desc'
  limit?: number | string
}

/** What a create made up; of its value no more than the redacted form where the answer was lost. */
export interface Drawn {
  id: string
  value: string | undefined
  redacted_value: string
}

/** The model: an organization as it should be, without HTTP, database or cleverness. */
export class Organization {
  readonly state: State

  constructor(state: State) {
    this.state = structuredClone(state)
  }

  isLive = ({ isDeleted, expires_at }: Key) => !isDeleted && (expires_at === null || expires_at > this.state.now)

  /** Whose token it is. */
  authenticate(token: string): Key | undefined {
    return this.state.keys.find((key) => key.value === token && this.isLive(key))
  }

  create(name: string, lifetime: number | undefined, { owner }: Key, drawn: Drawn): Answer {
    const { now } = this.state
    const times = { created_at: now, expires_at: lifetime === undefined ? null : now + lifetime, last_used_at: null }
    const key = { name, ...drawn, ...times, owner, isDeleted: false }
    this.state.keys.push(key)
    return ok({ ...shown(key), value: drawn.value ?? 'x'.repeat(133) })
  }

  list({ after, order = 'asc', limit = 20 }: Page): Answer {
    if (typeof limit === 'string') return wrongLimit()
    const sorted = this.state.keys.toSorted((a, b) => a.created_at - b.created_at)
    const inOrder = order === 'asc' ? sorted : sorted.reverse()
    const cursor = inOrder.findIndex(({ id }) => id === after)
    if (after && cursor < 0) return unknownCursor(after)
    const rest = inOrder.slice(cursor + 1).filter(({ isDeleted }) => !isDeleted)
    const data = rest.slice(0, Math.min(Math.max(limit, 1), 100))
    const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null]
    return ok({ object: 'list', data: data.map(shown), first_id, last_id, has_more: rest.length > data.length })
  }

  retrieve(id: string): Answer {
    const key = this.#find(id)
    return key === undefined ? unknownKey(id) : ok(shown(key))
  }

  delete(id: string): Answer {
    const key = this.#find(id)
    if (key === undefined) return unknownKey(id)
    key.isDeleted = true
    return ok({ id, object: 'organization.admin_api_key.deleted', deleted: true })
  }

  #find = (id: string) => this.state.keys.find((key) => key.id === id && !key.isDeleted)
}

const ok = (body: object): Answer => ({ status: 200, text: JSON.stringify(body) })

const shown = ({ id, name, redacted_value, created_at, expires_at, last_used_at, owner }: Key) => ({
  object: 'organization.admin_api_key',
  id,
  name,
  redacted_value,
  created_at,
  expires_at,
  last_used_at,
  owner,
})
