import { type Observation, type Recorded, record, recordBody, retryCountOf } from './entry.ts'

/** In bytes, of one sandbox. */
const mostBytes = 8 * 1024 * 1024

type Listener = (recorded: Recorded) => void

/** The last requests to a sandbox, bounded in entries and in bytes. */
export class Journal {
  readonly #capacity: number
  readonly #listeners = new Set<Listener>()
  #entries: Recorded[] = []
  #bytes = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Oldest first. */
  get entries(): readonly Recorded[] {
    return this.#entries
  }

  /** Keeps what was seen; `undefined` where nothing is kept. Whoever gets it says when it was delivered, by `settle`. */
  add(observed: Observation): Recorded | undefined {
    if (this.#capacity === 0) return undefined
    const recorded = record(observed)
    recorded.sincePrevious = this.#sincePrevious(recorded.seen)
    this.#entries.push(recorded)
    this.#bytes += recorded.size
    this.#trim()
    return recorded
  }

  /** Adds the body to what was kept without one, for it was answered before the body was read. */
  addBody(recorded: Recorded, body: string, token: string | undefined): void {
    if (!this.#entries.includes(recorded)) return
    this.#bytes -= recorded.size
    recordBody(recorded, body, token)
    this.#bytes += recorded.size
    recorded.sincePrevious = this.#sincePrevious(recorded.seen)
    this.#trim()
  }

  /** Says what became of an answer; only then do the readers of the stream hear of it. */
  settle(recorded: Recorded, delivered: boolean): void {
    recorded.delivered = delivered
    recorded.isSettled = true
    for (const listener of this.#listeners) listener(recorded)
  }

  clear(): void {
    this.#entries = []
    this.#bytes = 0
  }

  /** Hears of entries from now on, until it is let go. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #trim(): void {
    while (this.#entries.length > this.#capacity || this.#bytes > mostBytes) {
      const dropped = this.#entries.shift()
      this.#bytes -= dropped?.size ?? 0
    }
  }

  /** Since the attempt whose retry this is: the same request, its count one lower. */
  #sincePrevious(seen: Observation): number | undefined {
    const count = retryCountOf(seen)
    if (count === null || count === 0) return undefined
    const previous = this.#entries.findLast(
      ({ seen: other }) =>
        other.method === seen.method &&
        other.url === seen.url &&
        other.body === seen.body &&
        retryCountOf(other) === count - 1,
    )
    return previous === undefined ? undefined : seen.begun - previous.seen.begun
  }
}
