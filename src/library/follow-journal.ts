import { openStream } from '../control-client/client.ts'
import { EmulatorError } from '../control-client/emulator-error.ts'
import type { JournalEntry } from './types.ts'

interface FollowOptions {
  /** The URL of the sandbox. */
  root: string
  controlToken: string | undefined
  /** Aborts when the emulator object is closed. */
  closed: AbortSignal
}

/** Yields new journal entries until the emulator or the sandbox is closed or reset. Rejects with EmulatorError. */
export async function* followJournal(
  { root, controlToken, closed }: FollowOptions,
  query: URLSearchParams,
): AsyncGenerator<JournalEntry, void, void> {
  if (closed.aborted) return
  const stopped = new AbortController()
  const signal = AbortSignal.any([closed, stopped.signal])
  try {
    const chunks = await openStream(root, `/_emulator/journal/stream?${query}`, controlToken, signal)
    let pending = ''
    for await (const chunk of chunks) {
      pending += chunk
      const events = pending.split('\n\n')
      pending = events.pop() ?? ''
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data !== undefined) yield JSON.parse(data)
      }
    }
  } catch (error) {
    // The end of the stream: closed here, or by a reset of the sandbox or the stop of the server.
    if (error instanceof EmulatorError) throw error
  } finally {
    stopped.abort()
  }
}
