import { Listeners } from '../common/listeners.ts'
import {
  type Arrival,
  attachBody,
  attachOutcome,
  createRecord,
  type JournalRecord,
  type Outcome,
  retryCountOf,
} from './entry.ts'
import type { JournalBudget } from './journal-budget.ts'
import type { RedactText } from './redact-entry.ts'

/** The limit of one sandbox. */
const maxBytes = 8 * 1024 * 1024

/** `entry`: a request has arrived; `update`: its record is complete. */
export type JournalEvent = 'entry' | 'update'

/**
 * The latest requests to a sandbox in order of arrival, limited in number and in bytes. A request is recorded when it arrives,
 * and its record is completed in place.
 */
export class Journal {
  readonly #capacity: number
  readonly #budget: JournalBudget
  readonly #listeners = new Listeners<[JournalEvent, JournalRecord]>()
  #entries: JournalRecord[] = []
  #bytes = 0
  #generation = 0
  #lastSequence = 0
  #trimmedSequence = 0

  constructor(capacity: number, budget: JournalBudget) {
    this.#capacity = capacity
    this.#budget = budget
  }

  /** Oldest first. */
  get entries(): readonly JournalRecord[] {
    return this.#entries
  }

  /** Approximate size in memory. */
  get bytes(): number {
    return this.#bytes
  }

  /** Records a request that has arrived; returns undefined if the journal is off. */
  add(arrival: Arrival, redactText: RedactText): JournalRecord | undefined {
    if (this.#capacity === 0) return undefined
    const position = { sequence: ++this.#lastSequence, generation: this.#generation }
    const record = createRecord(arrival, redactText, position)
    // Attempts of different requests are distinguished by their bodies.
    if (!arrival.hasBody) record.sincePrevious = this.#sincePrevious(record)
    this.#entries.push(record)
    this.#resize(record.size)
    this.#trim()
    this.#listeners.notify('entry', record)
    return record
  }

  /** Adds the body of a request, which may have arrived later than the headers. */
  addBody(record: JournalRecord, body: string, redactText: RedactText): void {
    this.#countGrowth(record, attachBody(record, body, redactText))
    record.sincePrevious = this.#sincePrevious(record)
  }

  /** Records how a request ended. The caller must call `setDelivered` later. */
  addOutcome(record: JournalRecord, outcome: Outcome, redactText: RedactText): void {
    this.#countGrowth(record, attachOutcome(record, outcome, redactText))
  }

  /** Completes a record: the response was delivered, or the connection closed. */
  setDelivered(record: JournalRecord, delivered: boolean): void {
    record.delivered = delivered
    if (record.generation === this.#generation) this.#listeners.notify('update', record)
  }

  clear(): void {
    for (const record of this.#entries) record.isListed = false
    this.#entries = []
    this.#resize(-this.#bytes)
    this.#generation++
  }

  /** Removes pending requests, which will not be completed. */
  removePending(): void {
    const isPending = ({ finishedAt }: JournalRecord) => finishedAt === undefined
    for (const record of this.#entries.filter(isPending)) this.#unlist(record)
    this.#entries = this.#entries.filter((record) => !isPending(record))
  }

  /** Returns the sequence number of a request; of the one before the oldest if the id is unknown. */
  sequenceOf(id: string): number {
    const record = this.#entries.find((each) => each.id === id)
    return record?.sequence ?? (this.#entries[0]?.sequence ?? this.#lastSequence + 1) - 1
  }

  /** Returns the oldest record with a greater sequence number. */
  next(sequence: number): JournalRecord | undefined {
    return firstAfter(this.#entries, sequence)
  }

  /** Returns whether a record with a greater sequence number was dropped because of the limits. */
  hasTrimmedAfter(sequence: number): boolean {
    return this.#trimmedSequence > sequence
  }

  /** Calls `listener` for new records and for completed ones. Returns a function that unsubscribes. */
  subscribe(listener: (event: JournalEvent, record: JournalRecord) => void): () => void {
    return this.#listeners.subscribe(listener)
  }

  /** Drops the oldest record because of a limit. */
  dropOldest(): void {
    const dropped = this.#entries.shift()
    if (dropped === undefined) return
    this.#unlist(dropped)
    this.#trimmedSequence = dropped.sequence
  }

  #unlist(record: JournalRecord): void {
    record.isListed = false
    this.#resize(-record.size)
  }

  #countGrowth(record: JournalRecord, bytes: number): void {
    record.size += bytes
    if (!record.isListed) return
    this.#resize(bytes)
    this.#trim()
  }

  #trim(): void {
    while (this.#entries.length > this.#capacity || this.#bytes > maxBytes) this.dropOldest()
    this.#budget.trim()
  }

  #resize(difference: number): void {
    this.#bytes += difference
    this.#budget.count(this, difference)
  }

  /** Returns how long before a request the previous attempt arrived: the same request with a retry count one lower. */
  #sincePrevious(record: JournalRecord): number | undefined {
    const count = retryCountOf(record)
    if (count === null || count === 0) return undefined
    const previous = this.#entries.findLast(
      (other) =>
        other.sequence < record.sequence &&
        other.method === record.method &&
        other.url === record.url &&
        other.body === record.body &&
        retryCountOf(other) === count - 1,
    )
    return previous === undefined ? undefined : record.startedAt - previous.startedAt
  }
}

/** Returns the oldest of the records, which are in order of arrival, with a greater sequence number. */
export function firstAfter(records: readonly JournalRecord[], sequence: number): JournalRecord | undefined {
  let [low, high] = [0, records.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((records[middle] as JournalRecord).sequence > sequence) high = middle
    else low = middle + 1
  }
  return records[low]
}
