import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { monotonicNow } from '../common/clock.ts'
import { hasOwnBacklogLimit } from '../common/own-backlog.ts'

/** `_handle` is Node's name for the socket of the system; its queue shrinks while a single long write is being read. */
type SocketWithHandle = Socket & { _handle?: { writeQueueSize?: number } | null }

interface Progress {
  unwrittenBytes: number
  writtenBytes: number
  queuedBytes: number
  /** When it was first seen unread, in real monotonic milliseconds. */
  since: number
  /** When its client was last seen to have read something. */
  at: number
}

const maxCheckIntervalMs = 1000

// Adding up all connections takes time: smaller responses are only counted by the regular check.
const largeResponseBytes = 256 * 1024

interface Limits {
  /** Milliseconds that a client may read nothing. */
  timeout: number
  /** Of all connections together but that of the last large response. */
  maxBytes: number
}

/**
 * Closes connections whose client has read nothing of a response for a while, so that unread responses cannot fill the memory, and,
 * if all of them together are too large, those that have not been read for longest. Connections that have nothing to send, such as
 * idle ones, may stay.
 */
export class UnreadResponses {
  readonly #limits: Limits
  readonly #log: FastifyBaseLogger
  readonly #connections = new Map<Socket, Progress | undefined>()
  #timer: NodeJS.Timeout | undefined
  #counting: NodeJS.Immediate | undefined
  /** The connection of the last large response, which does not count toward the total: it alone may exceed it. */
  #latest: Socket | undefined

  constructor(limits: Limits, log: FastifyBaseLogger) {
    this.#limits = limits
    this.#log = log
  }

  /** Watches a connection until it closes. */
  watch(socket: Socket): void {
    this.#connections.set(socket, undefined)
    socket.once('close', () => this.#forget(socket))
    this.#timer ??= setInterval(() => this.#check(), Math.min(maxCheckIntervalMs, this.#limits.timeout / 4)).unref()
  }

  /** Call it when a response has been sent. `payload` is its body. The connection of the last large one does not count toward the total. */
  count(socket: Socket | null, payload: unknown): void {
    const isLarge = (typeof payload === 'string' || Buffer.isBuffer(payload)) && payload.length >= largeResponseBytes
    if (!isLarge || socket === null) return
    this.#latest = socket
    this.#counting ??= setImmediate(() => {
      this.#counting = undefined
      this.#limitTotal(this.#readProgress())
    })
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket)
    if (socket === this.#latest) this.#latest = undefined
    if (this.#connections.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #check(): void {
    const { timeout } = this.#limits
    const unread = this.#readProgress()
    this.#limitTotal(unread)
    const now = monotonicNow()
    for (const [socket, { at }] of unread) {
      // An event stream may stay unread: it limits its backlog, and counts only toward the total.
      if (hasOwnBacklogLimit(socket)) continue
      if (!socket.destroyed && now - at >= timeout) this.#close(socket, { timeout_ms: timeout })
    }
  }

  /** Returns the connections with an unread response. */
  #readProgress(): [Socket, Progress][] {
    const unread: [Socket, Progress][] = []
    const at = monotonicNow()
    for (const [socket, before] of this.#connections) {
      const now = progressOf(socket, before?.since ?? at, at)
      const hasStopped = before !== undefined && now !== undefined && !hasMoved(before, now)
      const progress = hasStopped ? before : now
      this.#connections.set(socket, progress)
      if (progress !== undefined) unread.push([socket, progress])
    }
    return unread
  }

  #limitTotal(unread: readonly [Socket, Progress][]): void {
    const { maxBytes } = this.#limits
    const limited = unread.filter(([socket]) => socket !== this.#latest)
    let total = limited.reduce((sum, [, { unwrittenBytes }]) => sum + unwrittenBytes, 0)
    if (total <= maxBytes) return
    const oldestFirst = limited.toSorted(([, one], [, other]) => one.at - other.at || one.since - other.since)
    for (const [socket, { unwrittenBytes }] of oldestFirst) {
      if (total <= maxBytes) return
      total -= unwrittenBytes
      this.#close(socket, { total_bytes: maxBytes })
    }
  }

  #close(socket: Socket, limit: object): void {
    this.#log.info(limit, 'connection closed: its client does not read the response')
    socket.destroy()
  }
}

/** Returns how much of the responses the system has taken; undefined if no response is left. */
function progressOf(socket: SocketWithHandle, since: number, at: number): Progress | undefined {
  const unwrittenBytes = socket.writableLength
  if (unwrittenBytes === 0 || socket.destroyed) return undefined
  return {
    unwrittenBytes,
    writtenBytes: socket.bytesWritten - unwrittenBytes,
    queuedBytes: socket._handle?.writeQueueSize ?? 0,
    since,
    at,
  }
}

const hasMoved = (before: Progress, now: Progress): boolean =>
  now.writtenBytes !== before.writtenBytes || now.queuedBytes !== before.queuedBytes
