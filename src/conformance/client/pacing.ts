import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow, systemNow } from '../../common/clock.ts'
import type { Answer } from './response.ts'

// In milliseconds: where 429 does not say how long to wait, doubled each time; and the longest that is waited for.
const unsaid = 10_000
const longest = 120_000

const mostAttempts = 4

/** Spaces requests, and waits where the server asks for it. */
export class Patience {
  readonly #pace: number
  #next = 0
  #isSpent = false

  /** `pace` in milliseconds from one request to the next. */
  constructor(pace: number) {
    this.#pace = pace
  }

  /** Waits again as at first. */
  renew(): void {
    this.#isSpent = false
  }

  /** Sends when it is time to, and again after 429; a server that keeps answering so is not waited for any more. */
  async send(once: () => Promise<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      await pause(this.#next - monotonicNow(), signal)
      this.#next = monotonicNow() + this.#pace
      const answer = await once()
      if (answer.status !== 429 || this.#isSpent) return answer
      const wait = askedFor(answer) ?? unsaid * 2 ** (attempt - 1)
      this.#isSpent = attempt === mostAttempts || wait > longest
      if (this.#isSpent) return answer
      this.#next = Math.max(this.#next, monotonicNow() + wait)
    }
  }
}

/** Waits so many milliseconds, if any. Rejects when `signal` says so. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  if (ms > 0) await sleep(ms, undefined, signal === undefined ? {} : { signal })
}

/** How long a server asks to be left alone, in milliseconds; `undefined` where it does not say. */
function askedFor({ headers }: Answer): number | undefined {
  const inMs = headers['retry-after-ms'] ?? ''
  if (/^\d+(\.\d+)?$/.test(inMs)) return Number(inMs)
  const text = headers['retry-after'] ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const until = Date.parse(text)
  return Number.isNaN(until) ? undefined : Math.max(0, until - systemNow())
}
