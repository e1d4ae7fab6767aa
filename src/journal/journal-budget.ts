interface BoundedJournal {
  readonly bytes: number
  dropOldest(): void
}

/** Limits the journals of all sandboxes together. */
export class JournalBudget {
  readonly #maxBytes: number
  readonly #journals = new Set<BoundedJournal>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Counts what a journal has added, or removed if `difference` is negative. */
  count(journal: BoundedJournal, difference: number): void {
    this.#bytes += difference
    if (journal.bytes === difference) this.#journals.add(journal)
    if (journal.bytes === 0) this.#journals.delete(journal)
  }

  /** Drops the oldest entries of the largest journals beyond the limit. */
  trim(): void {
    while (this.#bytes > this.#maxBytes && this.#journals.size > 0) this.#largest().dropOldest()
  }

  #largest(): BoundedJournal {
    return [...this.#journals].reduce((largest, journal) => (journal.bytes > largest.bytes ? journal : largest))
  }
}
