import { attachBody, createRecord, type JournalRecord, type ObservedRequest, retryCountOf } from './entry.ts'
import type { JournalBudget } from './journal-budget.ts'

/** The limit of one sandbox. */
const maxBytes = 8 * 1024 * 1024

type Listener = (record: JournalRecord) => void

/** The latest requests to a sandbox, limited in number and in bytes. */
export class Journal {
  readonly #capacity: number
  readonly #budget: JournalBudget
  readonly #listeners = new Set<Listener>()
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

  /** Records a request; returns undefined if the journal is off. The caller must call `setDelivered` later. */
  add(request: ObservedRequest): JournalRecord | undefined {
    if (this.#capacity === 0) return undefined
    const record = createRecord(request, ++this.#lastSequence, this.#generation)
    record.sincePrevious = this.#sincePrevious(record.request)
    this.#entries.push(record)
    this.#resize(record.size)
    this.#trim()
    return record
  }

  /** Adds the body to the record of a request whose response was sent before its body was read. */
  addBody(record: JournalRecord, body: string, token: string | undefined): void {
    if (!this.#entries.includes(record)) return
    const sizeBefore = record.size
    attachBody(record, body, token)
    this.#resize(record.size - sizeBefore)
    record.sincePrevious = this.#sincePrevious(record.request)
    this.#trim()
  }

  /** Records whether a response was delivered, and only then notifies subscribers, unless the record was cleared. */
  setDelivered(record: JournalRecord, delivered: boolean): void {
    record.delivered = delivered
    record.isDeliveryKnown = true
    if (record.generation !== this.#generation) return
    for (const listener of this.#listeners) listener(record)
  }

  clear(): void {
    this.#entries = []
    this.#resize(-this.#bytes)
    this.#generation++
  }

  /** Returns the sequence number of a request; of the one before the oldest if the id is unknown. */
  sequenceOf(id: string): number {
    const record = this.#entries.find(({ request }) => request.id === id)
    return record?.sequence ?? (this.#entries[0]?.sequence ?? this.#lastSequence + 1) - 1
  }

  /** Returns the oldest record with a greater sequence number. */
  next(sequence: number): JournalRecord | undefined {
    // The sequence numbers in the journal have no gaps.
    const oldest = this.#entries[0]?.sequence ?? 0
    return this.#entries[Math.max(sequence + 1 - oldest, 0)]
  }

  /** Returns whether a record with a greater sequence number was dropped because of the limits. */
  hasTrimmedAfter(sequence: number): boolean {
    return this.#trimmedSequence > sequence
  }

  /** Calls `listener` for new records. Returns a function that unsubscribes. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Drops the oldest record because of a limit. */
  dropOldest(): void {
    const dropped = this.#entries.shift()
    if (dropped === undefined) return
    this.#resize(-dropped.size)
    this.#trimmedSequence = dropped.sequence
  }

  #trim(): void {
    while (this.#entries.length > this.#capacity || this.#bytes > maxBytes) this.dropOldest()
    this.#budget.trim()
  }

  #resize(difference: number): void {
    this.#bytes += difference
    this.#budget.count(this, difference)
  }

  /** The previous attempt is the same request with a retry count one lower. */
  #sincePrevious(request: ObservedRequest): number | undefined {
    const count = retryCountOf(request)
    if (count === null || count === 0) return undefined
    const previous = this.#entries.findLast(
      ({ request: other }) =>
        other.method === request.method &&
        other.url === request.url &&
        other.body === request.body &&
        retryCountOf(other) === count - 1,
    )
    return previous === undefined ? undefined : request.startedAt - previous.request.startedAt
  }
}
