import type { HttpClient, HttpRequest, SendResult } from '../model/harness/client.ts'
import { Latencies } from './latencies.ts'
import { type Window, windowAt } from './windows.ts'

/** Counts the requests of all clients, their outcomes, and how long they take with and without hostile clients. */
export class RequestCounter {
  readonly target: number
  /** Number of requests by method and status. */
  readonly outcomes = new Map<string, number>()
  readonly latencies = { 'warm-up': new Latencies(), ordinary: new Latencies(), hostile: new Latencies() }
  count = 0
  window: Window = { index: -1, kind: 'warm-up' }
  readonly #intervals: { count: number; callback: () => void }[] = []
  readonly #windowListeners: ((ended: Window) => void)[] = []

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

  /** Runs the callback at the end of each window, also of the last. */
  onWindowEnd(callback: (ended: Window) => void): void {
    this.#windowListeners.push(callback)
  }

  /** Returns a client whose requests are counted. */
  wrap(client: HttpClient): HttpClient {
    return {
      send: async (request) => {
        const { kind } = this.window
        const startedAt = performance.now()
        const result = await client.send(request)
        this.latencies[kind].add(performance.now() - startedAt)
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
    const window = windowAt(this.count, this.target)
    if (window.index !== this.window.index || this.count === this.target) this.#endWindow(window)
  }

  #endWindow(next: Window): void {
    const ended = this.window
    this.window = next
    for (const listener of this.#windowListeners) listener(ended)
  }
}
