import { ControlError } from '../api/client.ts'
import { pause } from '../common/pause.ts'
import { notify } from './notice.ts'
import { type Signal, signal } from './signal.ts'

/** A part of the state of the emulator; undefined until it is read. */
export interface Resource<Value> extends Signal<Value | undefined> {
  /** Reads it again; while that happens, any number of calls cause one more read. */
  refresh(): void
}

const minPauseMs = 100

/** Returns a part of the state that is read again when it changes, but at most a third of the time. */
export function createResource<Value>(read: () => Promise<Value>): Resource<Value> {
  const shown = signal<Value | undefined>(undefined)
  let isReading = false
  let isOutdated = false
  // Counts what makes the result of a read in progress obsolete.
  let generation = 0

  async function refresh(): Promise<void> {
    isOutdated = true
    if (isReading) return
    isReading = true
    while (isOutdated) {
      isOutdated = false
      const started = performance.now()
      const current = generation
      try {
        const result = await read()
        if (current === generation) shown.value = result
        else isOutdated = true
      } catch (error) {
        // A filter in the URL that is not valid. Otherwise, the state of the connection is shown, and reconnecting reads again.
        if (error instanceof ControlError && error.status === 400) notify(error.message, true)
      }
      await pause(Math.max(minPauseMs, 2 * (performance.now() - started)))
    }
    isReading = false
  }

  return {
    get value() {
      return shown.value
    },
    set value(next) {
      generation++
      shown.value = next
    },
    refresh,
  }
}
