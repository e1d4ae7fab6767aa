import type { ServerResponse } from 'node:http'
import { RequestAborted } from './abort.ts'
import { monotonicNow } from './clock.ts'

// Every request waits for the end of a turn: much longer ones would be noticed, much shorter ones would cost CPU time.
const turnMs = 2

let turnEnd: number | undefined

/**
 * Returns whether this turn of the event loop has time left for work that can go on in the next one. All such work shares the time,
 * however many connections ask for it.
 */
export function hasTurnTime(): boolean {
  if (turnEnd === undefined) {
    turnEnd = monotonicNow() + turnMs
    setImmediate(() => {
      turnEnd = undefined
    })
  }
  return monotonicNow() < turnEnd
}

/**
 * Runs a computation in several turns of the event loop, so that other requests are processed in between. Rejects with
 * RequestAborted once the client of the response, if there is one, has disconnected.
 */
export async function runInTurns<Result>(steps: Generator<void, Result>, response?: ServerResponse): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
    if (hasTurnTime()) continue
    await nextTurn()
    if (response?.closed) throw new RequestAborted()
  }
}

/** Resolves in the next turn of the event loop. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Runs a computation at once. */
export function runAtOnce<Result>(steps: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
