import type { FastifyReply } from 'fastify'
import type { JournalEntry } from '../../journal/schemas.ts'

// A reader that falls further behind is dropped.
const maxBacklogBytes = 1024 * 1024

// How long a reader may take for the rest of the stream.
const endTimeoutMs = 1000

/** Starts the response of a stream of server-sent events, with a comment every `heartbeatInterval` milliseconds. */
export function openEventStream(reply: FastifyReply, heartbeatInterval: number) {
  reply.hijack()
  const { raw } = reply
  raw.on('error', () => {})
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
  raw.write(': journal\n\n')
  const heartbeat = setInterval(() => {
    // Nothing more needs to reach a reader that is behind.
    if (!raw.writableNeedDrain && !raw.writableEnded) raw.write(': heartbeat\n\n')
  }, heartbeatInterval).unref()
  raw.once('close', () => clearInterval(heartbeat))
  let maxWritableLength = Number.POSITIVE_INFINITY
  return {
    send(entry: JournalEntry): void {
      if (raw.destroyed || raw.writableEnded) return
      raw.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`)
      if (raw.writableLength > maxWritableLength) raw.destroy()
    },
    /** Limits the backlog from now on; the replay does not count. */
    limitBacklog(): void {
      maxWritableLength = raw.writableLength + maxBacklogBytes
    },
    /** Ends the stream with the event that tells its end from an interruption. */
    end(): void {
      raw.end('event: end\ndata: {}\n\n')
      const timer = setTimeout(() => raw.destroy(), endTimeoutMs).unref()
      raw.once('close', () => clearTimeout(timer))
    },
  }
}
