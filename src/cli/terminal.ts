/**
 * Makes writes to a terminal asynchronous. Node makes them synchronous, so that a terminal that stops reading, as after Ctrl-S,
 * would stop the server.
 */
export function unblock(stream: NodeJS.WriteStream): void {
  // Node has no public method for it; Deno and Bun have no handle.
  const { _handle } = stream as { _handle?: { setBlocking?: (isBlocking: boolean) => void } }
  if (stream.isTTY) _handle?.setBlocking?.(false)
}
