import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow, systemNow } from '../../common/clock.ts'
import type { HttpResponse } from './response.ts'

/** The first delay after a 429 that names none; doubled on every further attempt. */
const defaultRetryDelayMs = 10_000
const maxRetryDelayMs = 120_000
const maxAttempts = 4

/** Spaces requests, and retries them after a 429 when the server asks for it. */
export class RequestPacer {
  readonly #intervalMs: number
  #nextAt = 0
  #isRetryBudgetSpent = false

  /** `intervalMs` is the minimum time from the start of one request to the start of the next. */
  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs
  }

  /** Allows retries again after a server has used up the budget. */
  resetRetryBudget(): void {
    this.#isRetryBudgetSpent = false
  }

  /**
   * Calls `sendOnce` when its turn comes, and again after a 429. A server that keeps responding with 429, or asks for
   * too long a delay, spends the budget: from then on a 429 is returned at once.
   */
  async send(sendOnce: () => Promise<HttpResponse>, signal: AbortSignal | undefined): Promise<HttpResponse> {
    for (let attempt = 1; ; attempt++) {
      await pause(this.#nextAt - monotonicNow(), signal)
      this.#nextAt = monotonicNow() + this.#intervalMs
      const response = await sendOnce()
      if (response.status !== 429 || this.#isRetryBudgetSpent) return response
      const delayMs = retryAfterMs(response) ?? defaultRetryDelayMs * 2 ** (attempt - 1)
      this.#isRetryBudgetSpent = attempt === maxAttempts || delayMs > maxRetryDelayMs
      if (this.#isRetryBudgetSpent) return response
      this.#nextAt = Math.max(this.#nextAt, monotonicNow() + delayMs)
    }
  }
}

/** Waits `ms` milliseconds, or not at all if that is negative. Rejects with an AbortError when `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  if (ms > 0) await sleep(ms, undefined, signal === undefined ? {} : { signal })
}

function retryAfterMs({ headers }: HttpResponse): number | undefined {
  const milliseconds = headers['retry-after-ms'] ?? ''
  if (/^\d+(\.\d+)?$/.test(milliseconds)) return Number(milliseconds)
  const retryAfter = headers['retry-after'] ?? ''
  if (/^\d+(\.\d+)?$/.test(retryAfter)) return Number(retryAfter) * 1000
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? undefined : Math.max(0, date - systemNow())
}
