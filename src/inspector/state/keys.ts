import type { KeyState, ListedKey } from '../api/types.ts'
import { createResource } from './resource.ts'
import { route } from './route.ts'
import { controls, sandboxTime } from './sandbox.ts'

const limit = '100'
const weekMs = 7 * 24 * 60 * 60 * 1000

const openId = () => (route.value.panel === 'keys' ? route.value.id : undefined)

/** The page of keys that is shown. */
export const keyPage = createResource(() => {
  const { panel, query } = route.value
  const { filter = '', state, after = '' } = panel === 'keys' ? query : {}
  return controls().keys.list({ filter, after, limit, ...(state && { state }) })
})

/** The key that is open; null if no key has its id. */
export const openKey = createResource(async () => {
  const id = openId()
  return id === undefined ? undefined : findKey(id)
})

// The browser would report the 404 of a key that is gone as an error.
async function findKey(id: string): Promise<ListedKey | null> {
  for (const state of [{}, { state: 'deleted' }]) {
    const { data, next } = await controls().keys.list({ filter: id, limit, ...state })
    const key = data.find((each) => each.id === id)
    if (key !== undefined) return key
    // The names of many other keys contain the id.
    if (next !== null) return controls().keys.get(id)
  }
  return null
}

export function refreshKeys(): void {
  keyPage.refresh()
  openKey.refresh()
}

/** Shows what the page of keys contains of the key that is open, until it is read. */
export function showListedKey(): void {
  const id = openId()
  openKey.value = keyPage.value?.data.find((key) => key.id === id)
}

/** Returns the state of a key by the sandbox's clock, which may have moved on since it was read. */
export function stateOf({ state, expires_at }: ListedKey): KeyState {
  if (state === 'deleted' || expires_at === null) return state
  const remaining = expires_at * 1000 - sandboxTime()
  if (remaining <= 0) return 'expired'
  return remaining <= weekMs ? 'expiring' : 'active'
}
