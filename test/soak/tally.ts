import type { Asker, Received, Sent } from '../model/generated/client.ts'

/** Counts what all clients together ask, and what comes of it. */
export class Tally {
  readonly wanted: number
  /** By method and status. */
  readonly outcomes = new Map<string, number>()
  count = 0
  readonly #everies: { count: number; act: () => void }[] = []

  constructor(wanted: number) {
    this.wanted = wanted
  }

  get isDone(): boolean {
    return this.count >= this.wanted
  }

  /** Has something be done whenever so many more have been asked. */
  every(count: number, act: () => void): void {
    this.#everies.push({ count, act })
  }

  /** The same client, counted. */
  counted(client: Asker): Asker {
    return {
      ask: async (sent) => {
        const received = await client.ask(sent)
        this.#note(sent, received)
        return received
      },
    }
  }

  #note({ method }: Sent, { outcome }: Received): void {
    this.count++
    const name = `${method} ${outcome.kind === 'answer' ? outcome.status : outcome.kind}`
    this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1)
    for (const { count, act } of this.#everies) if (this.count % count === 0) act()
  }
}
