import { signal } from '@preact/signals'
import type { JournalEntry } from '../api/types.ts'
import { controls } from './sandbox.ts'

// More than the emulator keeps of one sandbox (8 MB) by default.
const maxEntries = 20_000
// The rest of the time is for the reader, who scrolls and clicks.
const minPauseMs = 50
// A page in the background has no frames.
const maxWaitMs = 500

/** The requests, in order of arrival. */
export const journal = signal<readonly JournalEntry[]>([])

type Event = [event: string, entry: JournalEntry]

// Events that are not shown yet.
let waiting: Event[] = []
// Counts what makes the list that is being read obsolete.
let generation = 0
let isReading = false
let lastShownAt = 0
// The position of each entry, counted from the first that was ever shown.
let positions = new Map<string, number>()
let firstPosition = 0

/** Adds an event of the stream; all events of a frame are shown together. */
export function addEvent(event: string, entry: JournalEntry): void {
  waiting.push([event, entry])
  if (waiting.length === 1 && !isReading) schedule()
}

function schedule(): void {
  let frame: number | undefined
  const timer = setTimeout(run, maxWaitMs)
  setTimeout(
    () => {
      frame = requestAnimationFrame(run)
    },
    lastShownAt + minPauseMs - performance.now(),
  )
  function run(): void {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
    lastShownAt = performance.now()
    if (!isReading) flush()
  }
}

function flush(): void {
  if (waiting.length === 0) return
  let entries = [...journal.value]
  for (const [event, entry] of waiting) {
    const position = positions.get(entry.id)
    if (position !== undefined) {
      entries[position - firstPosition] = entry
    } else if (event === 'entry') {
      positions.set(entry.id, firstPosition + entries.length)
      entries.push(entry)
    }
  }
  waiting = []
  if (entries.length > maxEntries) entries = trim(entries)
  journal.value = entries
}

function trim(entries: JournalEntry[]): JournalEntry[] {
  const surplus = entries.length - maxEntries
  for (const { id } of entries.slice(0, surplus)) positions.delete(id)
  firstPosition += surplus
  return entries.slice(surplus)
}

/** Forgets all entries. */
export function forgetJournal(): void {
  generation++
  waiting = []
  show([])
}

function show(entries: readonly JournalEntry[]): void {
  firstPosition = 0
  positions = new Map(entries.map(({ id }, position) => [id, position]))
  journal.value = entries
}

/** Shows what the journal contains now. Events that arrive meanwhile wait for it. */
export async function readJournal(): Promise<void> {
  const current = ++generation
  isReading = true
  try {
    const { data } = await controls.value.journal.list()
    if (current !== generation) return
    waiting = newerThan(data)
    show(data)
  } catch {
    // The state of the connection is shown; reconnecting reads the journal again.
  }
  if (current !== generation) return
  isReading = false
  flush()
}

/** Returns the events that the list does not contain yet: it may be older or newer than each of them. */
function newerThan(list: readonly JournalEntry[]): Event[] {
  const listed = new Map(list.map((entry) => [entry.id, entry]))
  // Entries that arrived before one of the list, and are not in it, were dropped or cleared.
  const lastListed = waiting.findLastIndex(([event, { id }]) => event === 'entry' && listed.has(id))
  return waiting.filter(([event, { id }], index) => {
    const entry = listed.get(id)
    if (entry !== undefined) return event === 'update' && entry.delivered === null
    return index > lastListed
  })
}
