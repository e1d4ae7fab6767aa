/** A set of functions that are called with each event. */
export class Listeners<Event extends unknown[]> {
  readonly #listeners = new Set<(...event: Event) => void>()

  /** Returns a function that unsubscribes. */
  subscribe(listener: (...event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  notify(...event: Event): void {
    if (this.#listeners.size === 0) return
    for (const listener of this.#listeners) listener(...event)
  }
}
