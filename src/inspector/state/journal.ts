import type { JournalEntry } from '../api/types.ts'
import { controls } from './sandbox.ts'
import { signal } from './signal.ts'

// More than the emulator keeps of one sandbox (8 MB) by default.
const maxEntries = 20_000
// The rest of the time is for the reader, who scrolls and clicks.
const pauseMs = 50

/** The requests, in order of arrival. */
export const journal = signal<readonly JournalEntry[]>([])

/** What the list shows while it is paused. */
export const pausedJournal = signal<readonly JournalEntry[] | undefined>(undefined)

type Event = [event: string, entry: JournalEntry]

let entries = new Map<string, JournalEntry>()
// Events that are not shown yet.
let waiting: Event[] = []
// Counts what makes the list that is being read obsolete.
let generation = 0
let isReading = false

export const findRequest = (id: string | undefined): JournalEntry | undefined => entries.get(id ?? '')

/** Adds an event of the stream; all events of a moment are shown together. */
export function addEvent(event: string, entry: JournalEntry): void {
  waiting.push([event, entry])
  if (waiting.length === 1) setTimeout(showWaiting, pauseMs)
}

function showWaiting(): void {
  if (isReading) return
  for (const [event, entry] of waiting) {
    if (event === 'entry' || entries.has(entry.id)) entries.set(entry.id, entry)
  }
  waiting = []
  for (const id of entries.keys()) {
    if (entries.size <= maxEntries) break
    entries.delete(id)
  }
  journal.value = [...entries.values()]
}

/** Forgets all entries. */
export function forgetJournal(): void {
  generation++
  waiting = []
  entries.clear()
  journal.value = []
  pausedJournal.value = undefined
}

/** Shows what the journal contains now. Events that arrive meanwhile wait for it. */
export async function readJournal(): Promise<void> {
  const current = ++generation
  isReading = true
  try {
    const { data } = await controls().journal.list()
    if (current !== generation) return
    const listed = new Map(data.map((entry) => [entry.id, entry]))
    waiting = newerThan(listed)
    entries = listed
  } catch {
    // The state of the connection is shown; reconnecting reads the journal again.
  }
  if (current !== generation) return
  isReading = false
  showWaiting()
}

/** Returns the events that the list does not contain yet: it may be older or newer than each of them. */
function newerThan(listed: ReadonlyMap<string, JournalEntry>): Event[] {
  // Entries that arrived before one of the list, and are not in it, were dropped or cleared.
  const lastListed = waiting.findLastIndex(([event, { id }]) => event === 'entry' && listed.has(id))
  return waiting.filter(([event, { id }], index) => {
    const entry = listed.get(id)
    return entry === undefined ? index > lastListed : event === 'update' && entry.delivered === null
  })
}
