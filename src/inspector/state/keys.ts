import { computed, effect } from '@preact/signals'
import type { KeyState, ListedKey } from '../api/types.ts'
import { connectionState } from './connection-state.ts'
import { createResource } from './resource.ts'
import { route } from './route.ts'
import { controls, sandboxTime } from './sandbox.ts'

const pageSize = '100'
const weekMs = 7 * 24 * 60 * 60 * 1000

const search = computed(() => {
  const { panel, query } = route.value
  const { filter = '', state = '', after = '' } = panel === 'keys' ? query : {}
  return { filter, state, after, limit: pageSize }
})

/** The page of keys that is shown. */
export const keyPage = createResource(() => controls.value.keys.list(search.value))

const openId = computed(() => (route.value.panel === 'keys' ? route.value.id : undefined))

/** The key that is open; null if no key has its id. */
export const openKey = createResource(async () => {
  const id = openId.value
  return id === undefined ? undefined : ((await findKey(id)) ?? null)
})

async function findKey(id: string): Promise<ListedKey | undefined> {
  const listed = keyPage.value.peek()?.data.find((key) => key.id === id)
  const isSame = (key: ListedKey) => key.id === id
  for (const state of ['', 'deleted']) {
    let after = ''
    for (;;) {
      const { data, next } = await controls.value.keys.list({ filter: id, state, after, limit: pageSize })
      const key = data.find(isSame)
      if (key !== undefined) return key
      if (next === null) break
      after = next
    }
  }
  return listed?.state === 'deleted' ? listed : undefined
}

export function refreshKeys(): void {
  keyPage.refresh()
  if (openId.value !== undefined) openKey.refresh()
}

/** Returns the state of a key by the sandbox's clock, which may have moved on since it was read. */
export function stateOf({ state, expires_at }: ListedKey): KeyState {
  if (state === 'deleted' || expires_at === null) return state
  const remaining = expires_at * 1000 - sandboxTime()
  if (remaining <= 0) return 'expired'
  return remaining <= weekMs ? 'expiring' : 'active'
}

/** Reads the keys again when the search or the open key changes. */
export function followSearch(): () => void {
  const stops = [
    effect(() => {
      void search.value
      if (connectionState.peek() === 'live') keyPage.refresh()
    }),
    effect(() => {
      const id = openId.value
      openKey.set(keyPage.value.peek()?.data.find((key) => key.id === id))
      if (id !== undefined && connectionState.peek() === 'live') openKey.refresh()
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
