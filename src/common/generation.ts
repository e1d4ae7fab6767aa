/** The time between two resets of a sandbox. A request that began in one has no business in the next. */
export class Generation {
  #isOver = false
  readonly #cuts = new Set<() => void>()

  get isOver(): boolean {
    return this.#isOver
  }

  /** Calls `cut` when the generation ends, at once if it has, unless it is let go before. */
  onEnd(cut: () => void): () => void {
    this.#cuts.add(cut)
    // Not before whoever calls has what lets it go.
    if (this.#isOver) queueMicrotask(() => this.end())
    return () => void this.#cuts.delete(cut)
  }

  end(): void {
    this.#isOver = true
    for (const cut of this.#cuts) cut()
    this.#cuts.clear()
  }
}
