import { connectionLost, openStream } from '../control-client/client.ts'
import type { JournalEntry } from './types.ts'

interface FollowOptions {
  /** The URL of the sandbox. */
  root: string
  controlToken: string | undefined
  /** Aborts when the emulator object is closed. */
  closed: AbortSignal
}

/**
 * Yields new journal entries until the emulator is closed or stops, or a reset, restore, load or removal replaces the
 * sandbox's keys. Rejects with EmulatorError, also if the connection is lost.
 */
export async function* followJournal(
  { root, controlToken, closed }: FollowOptions,
  query: string,
): AsyncGenerator<JournalEntry, void, void> {
  if (closed.aborted) return
  const stopped = new AbortController()
  const signal = AbortSignal.any([closed, stopped.signal])
  try {
    const chunks = await openStream(root, `/_emulator/journal/stream${query}`, controlToken, signal)
    let pending = ''
    for await (const chunk of chunks) {
      pending += chunk
      const events = pending.split('\n\n')
      pending = events.pop() ?? ''
      for (const event of events) {
        if (event.startsWith('event: end\n')) return
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data !== undefined) yield JSON.parse(data)
      }
    }
    throw connectionLost(root, new Error('the stream ended without the event `end`'))
  } catch (error) {
    if (!closed.aborted) throw error
  } finally {
    stopped.abort()
  }
}
