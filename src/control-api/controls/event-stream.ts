import { clearImmediate, setImmediate } from 'node:timers'
import type { FastifyReply } from 'fastify'
import { limitsOwnBacklog } from '../../common/own-backlog.ts'

// A reader that falls further behind is dropped.
const maxBacklogBytes = 1024 * 1024

// Events of one turn of the event loop are written together: thousands of small writes would block the process.
const maxPendingLength = 16 * 1024

// How long a reader may take for the rest of the stream.
const endTimeoutMs = 1000

/** Data that several readers receive, serialized once. */
export class SerializedData {
  readonly json: string

  constructor(data: object) {
    this.json = JSON.stringify(data)
  }
}

export type EventStream = ReturnType<typeof openEventStream>

/** Starts the response of a stream of server-sent events, with a comment every `heartbeatInterval` milliseconds. */
export function openEventStream(reply: FastifyReply, heartbeatInterval: number) {
  reply.hijack()
  const { raw } = reply
  raw.on('error', () => {})
  limitsOwnBacklog(reply.request.socket)
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
  raw.write(': journal\n\n')
  const heartbeat = setInterval(() => {
    // Nothing more needs to reach a reader that is behind.
    if (!raw.writableNeedDrain && !raw.writableEnded) raw.write(': heartbeat\n\n')
  }, heartbeatInterval).unref()
  raw.once('close', () => clearInterval(heartbeat))
  let pending = ''
  let flushing: NodeJS.Immediate | undefined

  function flush(): void {
    if (flushing !== undefined) clearImmediate(flushing)
    flushing = undefined
    if (pending === '' || raw.destroyed || raw.writableEnded) return
    raw.write(pending)
    pending = ''
    if (raw.writableLength > maxBacklogBytes) raw.destroy()
  }

  return {
    get isClosed(): boolean {
      return raw.destroyed || raw.writableEnded
    },
    /** Whether the reader has yet to take what was sent. */
    get isFull(): boolean {
      return this.isClosed || raw.writableNeedDrain
    },
    onDrain(listener: () => void): void {
      raw.on('drain', listener)
    },
    /** Sends an event. Drops the reader if it is too far behind. */
    send(event: string, data: object | SerializedData, id?: string): void {
      if (this.isClosed) return
      const json = data instanceof SerializedData ? data.json : JSON.stringify(data)
      pending += `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${json}\n\n`
      if (pending.length > maxPendingLength) flush()
      else flushing ??= setImmediate(flush)
    },
    drop(): void {
      raw.destroy()
    },
    /** Drops the reader unless it takes the rest of the stream in time. */
    limitRest(): void {
      const timer = setTimeout(() => raw.destroy(), endTimeoutMs).unref()
      raw.once('close', () => clearTimeout(timer))
    },
    /** Ends the stream with the event that tells its end from an interruption. */
    end(): void {
      flush()
      if (!this.isClosed) raw.end('event: end\ndata: {}\n\n')
    },
  }
}
