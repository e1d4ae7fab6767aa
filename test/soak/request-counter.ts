import type { HttpClient, HttpRequest, SendResult } from '../model/harness/client.ts'

/** Counts the requests of all clients, and their outcomes. */
export class RequestCounter {
  readonly target: number
  /** Number of requests by method and status. */
  readonly outcomes = new Map<string, number>()
  count = 0
  readonly #intervals: { count: number; callback: () => void }[] = []

  constructor(target: number) {
    this.target = target
  }

  get isDone(): boolean {
    return this.count >= this.target
  }

  /** Runs the callback after every `count` requests. */
  onEvery(count: number, callback: () => void): void {
    this.#intervals.push({ count, callback })
  }

  /** Returns a client whose requests are counted. */
  wrap(client: HttpClient): HttpClient {
    return {
      send: async (request) => {
        const result = await client.send(request)
        this.#record(request, result)
        return result
      },
    }
  }

  #record({ method }: HttpRequest, { outcome }: SendResult): void {
    this.count++
    const label = `${method} ${outcome.kind === 'response' ? outcome.status : outcome.kind}`
    this.outcomes.set(label, (this.outcomes.get(label) ?? 0) + 1)
    for (const { count, callback } of this.#intervals) if (this.count % count === 0) callback()
  }
}
