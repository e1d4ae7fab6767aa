import { connectionLost, openStream } from '../control-client/client.ts'
import { readEvents } from '../control-client/event-stream.ts'
import type { JournalEntry } from './types.ts'

interface FollowOptions {
  /** The URL of the sandbox. */
  root: string
  controlToken: string | undefined
  /** Aborts when the emulator object is closed. */
  closed: AbortSignal
  /** Whether to yield an entry also when its request arrives. */
  pending: boolean
}

/**
 * Yields journal entries as they are completed, until the emulator is closed or stops, or the sandbox is removed. Rejects with
 * EmulatorError, also if the connection is lost.
 */
export async function* followJournal(
  { root, controlToken, closed, pending }: FollowOptions,
  query: string,
): AsyncGenerator<JournalEntry, void, void> {
  if (closed.aborted) return
  const stopped = new AbortController()
  const signal = AbortSignal.any([closed, stopped.signal])
  try {
    const chunks = await openStream(root, `/_emulator/journal/stream${query}`, controlToken, signal)
    for await (const { event, data } of readEvents(chunks)) {
      if (event === 'end') return
      if (event !== 'entry' && event !== 'update') continue
      const entry: JournalEntry = JSON.parse(data)
      if (pending || entry.delivered !== null) yield entry
    }
    throw connectionLost(root, new Error('the stream ended without the event `end`'))
  } catch (error) {
    if (!closed.aborted) throw error
  } finally {
    stopped.abort()
  }
}
