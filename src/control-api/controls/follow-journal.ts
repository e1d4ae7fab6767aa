import { type JournalRecord, toJournalEntry } from '../../journal/entry.ts'
import type { Journal, JournalEvent } from '../../journal/journal.ts'
import { type EventStream, SerializedData } from './event-stream.ts'

// All readers receive the same entry one after the other, so the last one is kept, with what tells its versions apart.
let latest: { version: unknown[]; data: SerializedData } | undefined

function serialize(record: JournalRecord): SerializedData {
  const version = [record, record.finishedAt, record.delivered, record.size, record.faultId]
  if (latest === undefined || version.some((part, index) => part !== latest?.version[index])) {
    latest = { version, data: new SerializedData(toJournalEntry(record)) }
  }
  return latest.data
}

interface Follower {
  /** Sends the rest of the replay as far as the backlog allows, and ends the stream. */
  finish(): void
  stop(): void
}

/**
 * Sends the entries after the sequence number `replayAfter` and then new ones, or only new ones if it is undefined. Reads the
 * replay from the journal as the reader takes it: unread streams would fill the memory with copies.
 */
export function followJournal(
  journal: Journal,
  stream: EventStream,
  matches: (record: JournalRecord) => boolean,
  replayAfter: number | undefined,
): Follower {
  // The sequence number of the last record replayed; undefined once the reader has caught up.
  let position = replayAfter

  function sendIfMatching(event: JournalEvent, record: JournalRecord): void {
    if (matches(record)) stream.send(event, serialize(record), record.id)
  }

  function replayWhile(canContinue: () => boolean): void {
    while (position !== undefined && canContinue()) {
      // Without the entries that it has missed, the stream would look complete.
      if (journal.hasTrimmedAfter(position)) {
        stream.drop()
        return
      }
      const record = journal.next(position)
      position = record?.sequence
      if (record !== undefined) sendIfMatching('entry', record)
    }
  }

  const replay = () => replayWhile(() => !stream.isFull)
  stream.onDrain(replay)
  const stop = journal.subscribe((event, record) => {
    // The replay sends its latest state.
    const isReplayedLater = position !== undefined && record.sequence > position
    if (!isReplayedLater) sendIfMatching(event, record)
  })
  replay()

  return {
    finish() {
      replayWhile(() => !stream.isClosed)
      stream.end()
    },
    stop,
  }
}
