import { clearImmediate, setImmediate } from 'node:timers'
import { hasTurnTime } from '../../common/turns.ts'
import { type JournalRecord, toJournalEntry } from '../../journal/entry.ts'
import { firstAfter, type Journal, type JournalEvent } from '../../journal/journal.ts'
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
  /** Sends the rest of the replay and ends the stream. A reader that takes too long for it is dropped. */
  finish(): void
  stop(): void
}

/**
 * Sends the entries after the sequence number `replayAfter` and then new ones, or only new ones if it is undefined. Reads the
 * replay from the journal as the reader takes it, because unread streams would fill the memory with copies, and in several turns
 * of the event loop, because the replays of many streams would block other requests.
 */
export function followJournal(
  journal: Journal,
  stream: EventStream,
  matches: (record: JournalRecord) => boolean,
  replayAfter: number | undefined,
): Follower {
  // The sequence number of the last record replayed; undefined once the reader has caught up.
  let position = replayAfter
  let nextTurn: NodeJS.Immediate | undefined
  let isFinishing = false
  let nextRecord = (sequence: number) => journal.next(sequence)

  function sendIfMatching(event: JournalEvent, record: JournalRecord): void {
    if (matches(record)) stream.send(event, serialize(record), record.id)
  }

  function replay(): void {
    while (position !== undefined && !stream.isFull) {
      // Without the entries that it has missed, the stream would look complete.
      if (journal.hasTrimmedAfter(position)) {
        stream.drop()
        return
      }
      const record = nextRecord(position)
      position = record?.sequence
      if (record !== undefined) sendIfMatching('entry', record)
      if (!hasTurnTime()) {
        replayInNextTurn()
        return
      }
    }
    if (isFinishing && position === undefined) stream.end()
  }

  function replayInNextTurn(): void {
    nextTurn ??= setImmediate(() => {
      nextTurn = undefined
      replay()
    })
  }

  stream.onDrain(replay)
  const unsubscribe = journal.subscribe((event, record) => {
    // The replay sends its latest state.
    const isReplayedLater = position !== undefined && record.sequence > position
    if (!isReplayedLater) sendIfMatching(event, record)
  })
  replay()

  return {
    finish() {
      isFinishing = true
      stream.limitRest()
      // The journal of a removed sandbox is cleared next.
      const rest = journal.entries
      nextRecord = (sequence) => firstAfter(rest, sequence)
      replay()
    },
    stop() {
      clearImmediate(nextTurn)
      unsubscribe()
    },
  }
}
