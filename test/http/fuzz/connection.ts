import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { IllFormed, readResponses } from './responses.ts'

/** What a client does when it has sent all: closes its side, waits for answers or for the end, goes away, with a FIN or a RST. */
export type Ending = 'half-close' | 'wait' | 'stay' | 'leave' | 'reset'

export interface Sending {
  /** Written one after the other, each as packets of its own. */
  segments: Buffer[]
  /** Milliseconds after each. */
  pause: number
  ending: Ending
  /** Of the requests, where it is known that each is answered. */
  methods?: string[]
}

// In milliseconds. Who does not know how many answers there will be waits until nothing has come for so long.
const quiet = 30
const longest = 10_000

/**
 * Sends bytes on a connection of its own and resolves to all that comes back; to nothing, where nobody stays to read it.
 * Rejects where the server leaves a client waiting for what it should do.
 */
export async function exchange(port: number, { segments, pause, ending, methods }: Sending): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  const chunks: Buffer[] = []
  let last = performance.now()
  socket.on('data', (bytes: Buffer) => {
    chunks.push(bytes)
    last = performance.now()
  })
  // Whoever sends on after a refusal may see a reset.
  socket.on('error', () => {})
  await once(socket, 'connect')
  for (const segment of segments) {
    if (!socket.writable || socket.readableEnded) break
    socket.write(segment)
    await (pause > 0 ? sleep(pause) : turn())
  }
  last = performance.now()
  if (ending === 'half-close') socket.end()
  if (ending === 'reset') socket.resetAndDestroy()
  if (ending === 'leave') socket.destroy()

  const isDone = () => {
    if (socket.destroyed || socket.readableEnded) return true
    if (ending !== 'wait') return false
    const count = countWhole(Buffer.concat(chunks), methods)
    return methods === undefined ? count !== undefined && performance.now() - last > quiet : count === methods.length
  }
  for (const begun = performance.now(); !isDone(); await sleep(1)) {
    if (performance.now() - begun > longest) throw new Error('the server neither answers nor closes')
  }
  socket.destroy()
  return ending === 'leave' || ending === 'reset' ? Buffer.alloc(0) : Buffer.concat(chunks)
}

/** How many answers there are; undefined while one is on its way. */
function countWhole(bytes: Buffer, methods: string[] | undefined): number | undefined {
  try {
    return readResponses(bytes, methods).length
  } catch (error) {
    if (error instanceof IllFormed && error.isShort) return undefined
    throw error
  }
}

/** Where bytes are cut. */
export type Cuts = number[] | 'everywhere'

/** The bytes in pieces. */
export function cut(bytes: Buffer, cuts: Cuts): Buffer[] {
  if (cuts === 'everywhere') return Array.from(bytes, (byte) => Buffer.from([byte]))
  const places = [...new Set(cuts.map((place) => place % Math.max(bytes.length, 1)))].sort((a, b) => a - b)
  return [0, ...places].map((start, n) => bytes.subarray(start, places[n])).filter(({ length }) => length > 0)
}
