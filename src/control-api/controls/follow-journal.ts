import { type JournalRecord, toJournalEntry } from '../../journal/entry.ts'
import type { Journal } from '../../journal/journal.ts'
import type { EntryStream } from './event-stream.ts'

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
  stream: EntryStream,
  matches: (record: JournalRecord) => boolean,
  replayAfter: number | undefined,
): Follower {
  // The sequence number of the last record replayed; undefined once the reader has caught up.
  let position = replayAfter

  function sendIfMatching(record: JournalRecord): void {
    if (matches(record)) stream.send(toJournalEntry(record))
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
      // The others follow when it is known whether they were delivered.
      if (record?.isDeliveryKnown) sendIfMatching(record)
    }
  }

  const replay = () => replayWhile(() => !stream.isFull)
  stream.onDrain(replay)
  const stop = journal.subscribe((record) => {
    const isReplayedLater = position !== undefined && record.sequence > position
    if (!isReplayedLater) sendIfMatching(record)
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
