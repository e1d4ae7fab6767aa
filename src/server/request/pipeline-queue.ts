import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { onAbort } from '../../common/abort.ts'
import { hasTurnTime } from '../../common/turns.ts'
import { ParserGate } from './parser-gate.ts'

// Node parses pipelined requests at once and only keeps their responses in order. The emulator also processes them in order,
// so that a client sees the effects of its requests in the order in which it sent them.

const maxWaitingRequests = 100

// Node parses what it has read (64 KiB) as a whole: up to 3,600 requests of 18 bytes, which take 11 MB.
const maxRequestsInSegment = 1000

// How long a connection may make no progress until it is read ahead, at most twice this time.
const progressCheckMs = 250

interface Connection {
  /** The number of requests that wait for earlier ones. */
  waiting: number
  /** The first request waits for the next turn of the event loop. */
  isYielding: boolean
  isPaused: boolean
  /** Whether a request has started since the last check. */
  hasProgressed: boolean
  /** Reads on while the first request waits. Undefined until one has waited long. */
  gate: ParserGate | undefined
}

/**
 * Starts pipelined requests one after the other, and leaves each turn of the event loop time for other connections. Stops parsing
 * requests of a connection while 100 or more wait on it, so that a client that reads no responses cannot exhaust the memory.
 * Closes the connection if one read of Node takes the number above 1,000.
 */
export class PipelineQueue {
  readonly #connections = new Map<Socket, Connection>()
  readonly #log: FastifyBaseLogger
  #timer: NodeJS.Timeout | undefined

  /** `closing` aborts when the server starts to close. */
  constructor(closing: AbortSignal, log: FastifyBaseLogger) {
    this.#log = log
    // The client would not get the responses to the waiting requests in any case.
    onAbort([closing], () => {
      for (const [socket, { waiting }] of this.#connections) if (waiting >= maxWaitingRequests) socket.destroy()
    })
  }

  /** Calls `start` once all earlier responses on the connection are complete; never if the connection closes before. */
  add(socket: Socket, response: ServerResponse, start: () => void): void {
    const connection = this.#connectionOf(socket)
    connection.waiting++
    if (connection.waiting > maxRequestsInSegment && !socket.destroyed) this.#close(socket)
    this.#pauseOrResume(socket, connection)
    response.once('socket', () => {
      connection.waiting--
      connection.hasProgressed = true
      this.#pauseOrResume(socket, connection)
      // The earlier response still runs its close listeners when the socket is handed over.
      process.nextTick(() => this.#startInTime(socket, connection, start))
    })
  }

  #startInTime(socket: Socket, connection: Connection, start: () => void): void {
    if (hasTurnTime()) {
      start()
      return
    }
    // A client that has sent everything may have closed its side, which Node takes for the end of the connection when it reads it.
    connection.isYielding = true
    this.#pauseOrResume(socket, connection)
    setImmediate(() => {
      connection.isYielding = false
      this.#pauseOrResume(socket, connection)
      if (!socket.destroyed) start()
    })
  }

  #pauseOrResume(socket: Socket, connection: Connection): void {
    const { isPaused, gate } = connection
    connection.isPaused = connection.isYielding || connection.waiting >= maxWaitingRequests
    if (gate !== undefined) gate.continueParsing()
    else if (connection.isPaused && !isPaused) socket.pause()
    else if (isPaused && !connection.isPaused) socket.resume()
  }

  #close(socket: Socket): void {
    this.#log.info('connection closed: more than 1,000 requests wait on it')
    socket.destroy()
  }

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket)
    if (known !== undefined) return known
    const connection: Connection = {
      waiting: 0,
      isYielding: false,
      isPaused: false,
      hasProgressed: false,
      gate: undefined,
    }
    this.#connections.set(socket, connection)
    // Node itself resumes the socket at the end of every request and response.
    socket.on('resume', () => mayRead(connection) || socket.pause())
    socket.once('close', () => this.#forget(socket))
    this.#timer ??= setInterval(() => this.#readAhead(), progressCheckMs).unref()
    return connection
  }

  #forget(socket: Socket): void {
    this.#connections.delete(socket)
    if (this.#connections.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Node does not notice that the client of a paused connection has left: so connections whose first request waits read on. */
  #readAhead(): void {
    for (const [socket, connection] of this.#connections) {
      const isStuck = !connection.hasProgressed && connection.waiting > 0 && socket.writableLength === 0
      connection.hasProgressed = false
      if (!isStuck || !socket.isPaused()) continue
      connection.gate ??= new ParserGate(socket, () => !connection.isPaused)
      connection.gate.readAhead()
    }
  }
}

const mayRead = ({ isPaused, gate }: Connection): boolean => gate?.isReading ?? !isPaused
