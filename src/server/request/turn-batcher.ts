/**
 * Runs the writes of one event-loop turn together at its end, and then sends all responses of the turn together, each in order
 * (decisions 12 and 16). The database's code and pages are in the processor's cache for all writes but the first, and the first
 * response wakes the client for the others.
 */
export class TurnBatcher {
  #isScheduled = false
  #writes: (() => void)[] = []
  #responses: (() => void)[] = []

  /** Runs a write at the end of the turn. Resolves to what it returns, rejects with what it throws. */
  write<Result>(run: () => Result): Promise<Result> {
    this.#schedule()
    return new Promise((resolve, reject) => {
      this.#writes.push(() => {
        try {
          resolve(run())
        } catch (error) {
          reject(error)
        }
      })
    })
  }

  /** Sends a response at the end of the turn, after its writes. */
  respond(send: () => void): void {
    this.#schedule()
    this.#responses.push(send)
  }

  /** Sends all responses that wait for the end of the turn. */
  flushResponses(): void {
    const responses = this.#responses
    this.#responses = []
    for (const send of responses) send()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#runWrites())
    // Node runs the continuations of the writes before it, so that their responses are among those it sends.
    setImmediate(() => {
      this.#isScheduled = false
      this.flushResponses()
    })
  }

  #runWrites(): void {
    const writes = this.#writes
    this.#writes = []
    for (const run of writes) run()
  }
}
