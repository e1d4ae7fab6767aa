import type { IncomingMessage } from 'node:http'

interface Limits {
  /** A longer body resolves to undefined. */
  limitBytes: number
  /**
   * A longer body is read to its end up to this size, because many clients read no response before they have sent everything.
   * Beyond it, the connection is destroyed.
   */
  drainLimitBytes: number
  /** The response closes the connection, so the rest of an even longer body stays unread. By default no response is sent. */
  closesConnection?: boolean
}

/**
 * Reads a body to its end; resolves to undefined if it is too long. Rejects if the body ends before it is complete: the client
 * closed the connection, or what followed was not HTTP.
 */
export function readBody(
  payload: IncomingMessage,
  { limitBytes, drainLimitBytes, closesConnection = false }: Limits,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  return new Promise((resolve, reject) => {
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > limitBytes) chunks.length = 0
      else chunks.push(chunk)
      if (length <= drainLimitBytes) return
      resolve(undefined)
      if (closesConnection) payload.pause()
      else payload.destroy()
    })
    payload.on('end', () => resolve(length > limitBytes ? undefined : Buffer.concat(chunks, length)))
    const rejectIncomplete = () => {
      if (!payload.readableEnded) reject(new Error('the body is incomplete'))
    }
    payload.on('error', rejectIncomplete)
    payload.on('close', rejectIncomplete)
    // A payload that has already ended emits no further events.
    if (payload.readableEnded) resolve(Buffer.alloc(0))
    else if (payload.destroyed) rejectIncomplete()
  })
}
