import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

/** What no HTTP framework would send. `text` is the true answer that is spoilt. */
export class ConnectionFault extends Error {
  readonly kind: 'hang' | 'reset' | 'empty' | 'truncate'
  readonly text: string

  constructor(kind: ConnectionFault['kind'], text = '') {
    super(kind)
    this.kind = kind
    this.text = text
  }
}

/** Does to the connection what the fault says, in the place of an answer. */
export function sendConnectionFault({ kind, text }: ConnectionFault, reply: FastifyReply): void {
  reply.hijack()
  const { raw, request } = reply
  const actions = {
    hang: () => {},
    reset: () => onSocket(raw, (socket) => socket.resetAndDestroy()),
    empty() {
      // What was sent is read, or the kernel would make a reset of the end.
      request.raw.resume()
      onSocket(raw, (socket) => socket.end(() => destroyLater(raw)))
    },
    truncate: () => truncate(reply, text),
  }
  actions[kind]()
}

/** When it is its turn: behind an earlier request on the same connection an answer has no socket yet. */
function onSocket(raw: ServerResponse, action: (socket: Socket) => void): void {
  if (raw.socket !== null) action(raw.socket)
  else raw.once('socket', action)
}

// How long the other side may take to see the end, in milliseconds.
const fullCloseDelayMs = 500

function destroyLater(raw: ServerResponse): void {
  setTimeout(() => raw.destroy(), fullCloseDelayMs).unref()
}

/** A full content-length, half of the body, and the end. */
function truncate(reply: FastifyReply, text: string): void {
  const { raw } = reply
  const bytes = Buffer.from(text)
  raw.writeHead(200, {
    ...reply.getHeaders(),
    'content-type': 'application/json',
    'content-length': bytes.length,
  } as never)
  raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () =>
    onSocket(raw, (socket) => socket.end(() => destroyLater(raw))),
  )
}
