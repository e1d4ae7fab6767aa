import type { IncomingMessage, ServerResponse } from 'node:http'

/** Calls `callback` once, as soon as one of the messages is closed for whatever reason. */
export function onClose(messages: readonly (IncomingMessage | ServerResponse)[], callback: () => void): void {
  let isClosed = false
  const handleClose = () => {
    if (isClosed) return
    isClosed = true
    callback()
  }
  for (const message of messages) {
    if (message.closed) handleClose()
    else message.once('close', handleClose)
  }
}
