import type { ServerResponse } from 'node:http'

/**
 * Calls `begin` when the requests before it on the same connection have been answered: at once, for one that is not
 * pipelined, and never, where the connection ends with one of them. Node itself only sees that answers keep their order.
 */
export function inTurn(response: ServerResponse, begin: () => void): void {
  // Behind another an answer has no socket yet.
  if (response.socket !== null) begin()
  // What the one before leaves to be done when it is closed comes first.
  else response.once('socket', () => process.nextTick(begin))
}
