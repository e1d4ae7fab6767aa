import type { IncomingMessage } from 'node:http'

/** Thrown when a body ends before it is complete: the client closed the connection, or what followed was not HTTP. */
export class IncompleteBody extends Error {}

interface Limits {
  /** A longer body resolves to undefined. */
  limitBytes: number
  /** Up to this size a longer body is read to its end, so that the client gets the response while it is still sending. */
  drainLimitBytes: number
  /** The response closes the connection, so the rest of an even longer body stays unread. By default no response is sent. */
  closesConnection?: boolean
}

/** Reads a body to its end; resolves to undefined if it is too long. Rejects with IncompleteBody. */
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
      if (!payload.readableEnded) reject(new IncompleteBody())
    }
    payload.on('error', rejectIncomplete)
    payload.on('close', rejectIncomplete)
    // A payload that has already ended emits no further events.
    if (payload.readableEnded) resolve(Buffer.alloc(0))
    else if (payload.destroyed) rejectIncomplete()
  })
}
