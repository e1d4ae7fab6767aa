import type { ServerResponse } from 'node:http'
import { RequestAborted } from './abort.ts'
import { monotonicNow } from './clock.ts'

// Far below the 100 ms for which no request may block others.
const turnMs = 10

/**
 * Runs a computation in several turns of the event loop, so that other requests are processed in between. Rejects with
 * RequestAborted once the client of the response has disconnected.
 */
export async function runInTurns<Result>(steps: Generator<void, Result>, response: ServerResponse): Promise<Result> {
  for (let turnEnd = monotonicNow() + turnMs; ; ) {
    const { done, value } = steps.next()
    if (done) return value
    if (monotonicNow() < turnEnd) continue
    await new Promise<void>((resolve) => setImmediate(resolve))
    if (response.closed) throw new RequestAborted()
    turnEnd = monotonicNow() + turnMs
  }
}
