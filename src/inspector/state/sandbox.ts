import { sandboxControls, sandboxes } from '../api/client.ts'
import type { SandboxChange } from '../api/types.ts'
import { createResource, type Resource } from './resource.ts'
import { route } from './route.ts'

/** Returns the controls of the sandbox that is shown. */
export const controls = () => sandboxControls(route.value.sandbox)

const read = async <Item>(list: Promise<{ data: Item[] }>) => (await list).data

export const sandboxList = createResource(() => read(sandboxes.list()))
export const snapshotList = createResource(() => read(controls().snapshots.list()))
export const faultList = createResource(() => read(controls().faults.list()))
export const switches = createResource(() => read(controls().behavior.switches()))
export const connection = createResource(() => controls().connection())
export const clock = createResource(async () => {
  const sentAt = Date.now()
  const state = await controls().clock.get()
  // The time of the response is between sending and receiving.
  return { ...state, readAt: (sentAt + Date.now()) / 2 }
})

/** Returns the time of the sandbox in Unix milliseconds. */
export function sandboxTime(): number {
  if (clock.value === undefined) return Date.now()
  const { now, frozen, readAt } = clock.value
  return Date.parse(now) + (frozen ? 0 : Date.now() - readAt)
}

const parts: Partial<Record<SandboxChange, Resource<unknown>>> = {
  sandboxes: sandboxList,
  snapshots: snapshotList,
  faults: faultList,
  behavior: switches,
  clock,
}

/** Reads what has changed again. */
export function refreshPart(change: SandboxChange): void {
  parts[change]?.refresh()
}

export function refreshAll(): void {
  for (const part of [connection, ...Object.values(parts)]) part.refresh()
}

/** Forgets everything about the sandbox that was shown before. */
export function forgetSandbox(): void {
  for (const part of [snapshotList, faultList, switches, connection, clock]) part.value = undefined
}
