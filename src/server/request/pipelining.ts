import type { ServerResponse } from 'node:http'

/** Returns whether all earlier responses on the connection are complete: only then does a response have a socket. */
export const isHeadOfPipeline = ({ socket }: ServerResponse): boolean => socket !== null

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
