import type { ServerResponse } from 'node:http'

/** Whether nothing that was asked before on the same connection is still to be answered: behind another there is no socket. */
export const isHeadOfPipeline = ({ socket }: ServerResponse): boolean => socket !== null

/**
 * Calls `begin` when the requests before it on the same connection have been answered, and never, where the connection
 * ends with one of them. Node itself only sees that answers keep their order.
 */
export function whenHeadOfPipeline(response: ServerResponse, start: () => void): void {
  // What the one before leaves to be done when it is closed comes first.
  response.once('socket', () => process.nextTick(start))
}
