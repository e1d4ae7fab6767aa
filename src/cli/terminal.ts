/**
 * Makes writes to a terminal asynchronous. By default they are synchronous, so a terminal that stops reading, such as after
 * Ctrl-S, would stop the server.
 */
export function unblock(stream: NodeJS.WriteStream): void {
  // Node has no public method for it; Deno and Bun have no handle.
  const { _handle } = stream as { _handle?: { setBlocking?: (isBlocking: boolean) => void } }
  if (stream.isTTY) _handle?.setBlocking?.(false)
}
