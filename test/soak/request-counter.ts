import type { HttpClient, HttpRequest, SendResult } from '../model/harness/client.ts'
import { Latencies } from './latencies.ts'
import { planWindows, requestsPerSet, type Window, type WindowPlan, windowAt } from './windows.ts'

/** Counts the requests of all clients, their outcomes, and how long they take in each window. */
export class RequestCounter {
  /** Number of requests by method and status. */
  readonly outcomes = new Map<string, number>()
  /** By the index of the window in which the requests were sent. */
  readonly latencies: Latencies[] = []
  count = 0
  window: Window = { index: -1, kind: 'warm-up' }
  readonly #intervals: { count: number; callback: () => void }[] = []
  readonly #windowListeners: ((ended: Window) => void)[] = []

  readonly #plan: WindowPlan
  #target: number

  constructor(requests: number) {
    this.#plan = planWindows(requests)
    this.#target = this.#plan.warmUp + requestsPerSet(this.#plan)
  }

  /** The number of requests at which the clients stop. */
  get target(): number {
    return this.#target
  }

  /** Has the clients continue for another set of windows. */
  addSet(): void {
    this.#target += requestsPerSet(this.#plan)
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
        const { index } = this.window
        const startedAt = performance.now()
        const result = await client.send(request)
        if (index >= 0) this.#latenciesIn(index).add(performance.now() - startedAt)
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
    const window = windowAt(this.count, this.#plan)
    if (window.index !== this.window.index) this.#endWindow(window)
  }

  #latenciesIn(index: number): Latencies {
    this.latencies[index] ??= new Latencies()
    return this.latencies[index]
  }

  #endWindow(next: Window): void {
    const ended = this.window
    this.window = next
    for (const listener of this.#windowListeners) listener(ended)
  }
}
