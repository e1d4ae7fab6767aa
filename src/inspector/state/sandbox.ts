import { computed } from '@preact/signals'
import { sandboxControls, sandboxes } from '../api/client.ts'
import type { SandboxChange } from '../api/types.ts'
import { createResource, type Resource } from './resource.ts'
import { sandboxName } from './route.ts'

/** The controls of the sandbox that is shown. */
export const controls = computed(() => sandboxControls(sandboxName.value))

const read = async <Item>(list: Promise<{ data: Item[] }>) => (await list).data

export const sandboxList = createResource(() => read(sandboxes.list()))
export const snapshotList = createResource(() => read(controls.value.snapshots.list()))
export const faultList = createResource(() => read(controls.value.faults.list()))
export const behavior = createResource(() => controls.value.behavior.get())
export const connection = createResource(() => controls.value.connection())
export const clock = createResource(async () => {
  const sentAt = Date.now()
  const state = await controls.value.clock.get()
  // The time of the response is between sending and receiving.
  return { ...state, readAt: (sentAt + Date.now()) / 2 }
})

/** Returns the time of the sandbox in Unix milliseconds. */
export function sandboxTime(): number {
  const state = clock.value.value
  if (state === undefined) return Date.now()
  const time = Date.parse(state.now)
  return state.frozen ? time : time + Date.now() - state.readAt
}

const parts = {
  sandboxes: sandboxList,
  snapshots: snapshotList,
  faults: faultList,
  behavior,
  clock,
} as const satisfies Partial<Record<SandboxChange, Resource<unknown>>>

/** Reads what has changed again. */
export function refreshPart(change: SandboxChange): void {
  if (change in parts) parts[change as keyof typeof parts].refresh()
}

export function refreshAll(): void {
  connection.refresh()
  for (const part of Object.values(parts)) part.refresh()
}

/** Forgets everything about the sandbox that was shown before. */
export function forgetSandbox(): void {
  for (const part of [snapshotList, faultList, behavior, connection, clock]) part.set(undefined)
}
