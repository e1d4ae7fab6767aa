import { once } from 'node:events'
import { connect } from 'node:net'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { MalformedResponse, parseResponses } from './responses.ts'

/**
 * What the client does after sending: it half-closes the connection, waits for the responses, waits until the server
 * closes, or closes at once with a FIN or a RST.
 */
export type Ending = 'half-close' | 'await-responses' | 'await-close' | 'close' | 'reset'

export interface Transmission {
  /** Written one after the other, each in its own packets. */
  segments: Buffer[]
  /** Pause after each segment. */
  pauseMs: number
  ending: Ending
  /** The methods of the requests, if the server must respond to all of them. */
  methods?: string[]
}

// If the number of responses is unknown, the client waits until nothing has arrived for this long.
const quietMs = 30
const timeoutMs = 10_000

/**
 * Sends bytes on a new connection. Resolves to all received bytes; to none if the client closes or resets the
 * connection. Rejects if the server neither responds nor closes the connection within 10 s.
 */
export async function transmit(port: number, { segments, pauseMs, ending, methods }: Transmission): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  const chunks: Buffer[] = []
  let lastReceivedAt = performance.now()
  socket.on('data', (bytes: Buffer) => {
    chunks.push(bytes)
    lastReceivedAt = performance.now()
  })
  // Sending on after an error response may cause a reset.
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const segment of segments) {
    if (!socket.writable || socket.readableEnded) break
    socket.write(segment)
    await (pauseMs > 0 ? sleep(pauseMs) : nextTurn())
  }
  lastReceivedAt = performance.now()
  if (ending === 'half-close') socket.end()
  if (ending === 'reset') socket.resetAndDestroy()
  if (ending === 'close') socket.destroy()

  const isDone = () => {
    if (socket.destroyed || socket.readableEnded) return true
    if (ending !== 'await-responses') return false
    const count = countResponses(Buffer.concat(chunks), methods)
    return methods === undefined
      ? count !== undefined && performance.now() - lastReceivedAt > quietMs
      : count === methods.length
  }
  for (const startedAt = performance.now(); !isDone(); await sleep(1)) {
    if (performance.now() - startedAt > timeoutMs)
      throw new Error('the server neither responds nor closes the connection')
  }
  socket.destroy()
  return ending === 'close' || ending === 'reset' ? Buffer.alloc(0) : Buffer.concat(chunks)
}

/** Returns the number of complete responses, or undefined while one is incomplete. */
function countResponses(bytes: Buffer, methods: string[] | undefined): number | undefined {
  try {
    return parseResponses(bytes, methods).length
  } catch (error) {
    if (error instanceof MalformedResponse && error.isIncomplete) return undefined
    throw error
  }
}

export type SplitPoints = number[] | 'every-byte'

export function splitBytes(bytes: Buffer, splitPoints: SplitPoints): Buffer[] {
  if (splitPoints === 'every-byte') return Array.from(bytes, (byte) => Buffer.from([byte]))
  const offsets = [...new Set(splitPoints.map((offset) => offset % Math.max(bytes.length, 1)))].sort((a, b) => a - b)
  return [0, ...offsets].map((start, n) => bytes.subarray(start, offsets[n])).filter(({ length }) => length > 0)
}
