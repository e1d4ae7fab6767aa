import type { ServerResponse } from 'node:http'

// Node parses pipelined requests at once and only keeps their responses in order. The emulator also processes them in order,
// so that a client sees the effects of its requests in the order in which it sent them.

/** Returns whether all earlier responses on the connection are complete: only then does a response have a socket. */
export const isHeadOfPipeline = ({ socket }: ServerResponse): boolean => socket !== null

/** Calls `start` once all earlier responses on the connection are complete; never if the connection closes before. */
export function whenHeadOfPipeline(response: ServerResponse, start: () => void): void {
  // The earlier response still runs its close listeners when the socket is handed over.
  response.once('socket', () => process.nextTick(start))
}

/**
 * Sends all responses of one event-loop turn together, in order. Waking the client once per batch instead of once per
 * response saves a fifth of the CPU time (decision 12).
 */
export class ResponseBatcher {
  #deferred: (() => void)[] = []

  defer(send: () => void): void {
    if (this.#deferred.push(send) === 1) setImmediate(() => this.flush())
  }

  /** Sends everything deferred so far. */
  flush(): void {
    const deferred = this.#deferred
    this.#deferred = []
    for (const send of deferred) send()
  }
}
