import type { KeyPage, KeyState, ListedKey } from '../api/types.ts'
import { createPagedList } from './paged-list.ts'
import { controls, sandboxTime } from './sandbox.ts'

const weekMs = 7 * 24 * 60 * 60 * 1000

const projectKeyPrefix = 'project:'

/** Tells a key from all others: an admin key and a project key may have the same id. */
export const rowIdOf = ({ type, id }: ListedKey): string => (type === 'project' ? projectKeyPrefix + id : id)

// Links from requests and events have the id alone: if no admin key has it, the project key is meant.
function searchesFor(rowId: string) {
  const projectKeyId = rowId.startsWith(projectKeyPrefix) ? rowId.slice(projectKeyPrefix.length) : rowId
  const admin = { type: 'admin', filter: rowId }
  const project = { type: 'project', filter: projectKeyId }
  return [admin, { ...admin, state: 'deleted' }, project, { ...project, state: 'deleted' }]
}

export const keyList = createPagedList<KeyPage>({
  panel: 'keys',
  filters: ['filter', 'type', 'project_id', 'state'],
  list: (search) => controls().keys.list(search),
  rowIdOf,
  searchesFor,
  isAlwaysRead: true,
})

/** Returns the state of a key by the sandbox's clock, which may have moved on since it was read. */
export function stateOf({ state, expires_at }: ListedKey): KeyState {
  if (state === 'deleted' || expires_at === null) return state
  const remaining = expires_at * 1000 - sandboxTime()
  if (remaining <= 0) return 'expired'
  return remaining <= weekMs ? 'expiring' : 'active'
}
