import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { monotonicNow } from '../common/clock.ts'
import { hasOwnBacklogLimit } from '../common/own-backlog.ts'

/** `_handle` is Node's name for the socket of the system; its queue shrinks while a single long write is being read. */
type SocketWithHandle = Socket & { _handle?: { writeQueueSize?: number } | null }

interface Progress {
  writtenBytes: number
  queuedBytes: number
  /** Real monotonic milliseconds. */
  at: number
}

const maxCheckIntervalMs = 1000

/**
 * Closes connections whose client has read nothing of a response for `timeout` milliseconds, so that unread responses cannot fill
 * the memory. Connections that have nothing to send, such as idle ones, may stay.
 */
export class UnreadResponses {
  readonly #timeout: number
  readonly #log: FastifyBaseLogger
  readonly #connections = new Map<Socket, Progress | undefined>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeout: number, log: FastifyBaseLogger) {
    this.#timeout = timeout
    this.#log = log
  }

  /** Watches a connection until it closes. */
  watch(socket: Socket): void {
    this.#connections.set(socket, undefined)
    socket.once('close', () => this.#forget(socket))
    this.#timer ??= setInterval(() => this.#check(), Math.min(maxCheckIntervalMs, this.#timeout / 4)).unref()
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket)
    if (this.#connections.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #check(): void {
    for (const [socket, before] of this.#connections) {
      const now = progressOf(socket)
      if (before === undefined || now === undefined || hasMoved(before, now)) this.#connections.set(socket, now)
      else if (now.at - before.at >= this.#timeout) this.#close(socket)
    }
  }

  #close(socket: Socket): void {
    this.#log.info({ timeout_ms: this.#timeout }, 'connection closed: its client does not read the response')
    socket.destroy()
  }
}

/** Returns how much of the responses the system has taken; undefined if no response is left that this class limits. */
function progressOf(socket: SocketWithHandle): Progress | undefined {
  const unwritten = socket.writableLength
  if (unwritten === 0 || hasOwnBacklogLimit(socket)) return undefined
  return {
    writtenBytes: socket.bytesWritten - unwritten,
    queuedBytes: socket._handle?.writeQueueSize ?? 0,
    at: monotonicNow(),
  }
}

const hasMoved = (before: Progress, now: Progress): boolean =>
  now.writtenBytes !== before.writtenBytes || now.queuedBytes !== before.queuedBytes
