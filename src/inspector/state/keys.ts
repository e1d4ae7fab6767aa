import type { KeyState, ListedKey } from '../api/types.ts'
import { createPagedList } from './paged-list.ts'
import { controls, sandboxTime } from './sandbox.ts'

const weekMs = 7 * 24 * 60 * 60 * 1000

export const keyList = createPagedList({
  panel: 'keys',
  filters: ['filter', 'type', 'project_id', 'state'],
  list: (search) => controls().keys.list(search),
  searches: [{}, { state: 'deleted' }],
  isAlwaysRead: true,
})

/** Returns the state of a key by the sandbox's clock, which may have moved on since it was read. */
export function stateOf({ state, expires_at }: ListedKey): KeyState {
  if (state === 'deleted' || expires_at === null) return state
  const remaining = expires_at * 1000 - sandboxTime()
  if (remaining <= 0) return 'expired'
  return remaining <= weekMs ? 'expiring' : 'active'
}
