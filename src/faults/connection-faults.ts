import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'

/** Thrown to break the connection in a way that no HTTP framework would. `body` is the true response, for `truncated_body`. */
export class ConnectionFault extends Error {
  readonly kind: 'hang' | 'connection_reset' | 'empty_response' | 'truncated_body'
  readonly body: string

  constructor(kind: ConnectionFault['kind'], body = '') {
    super(kind)
    this.kind = kind
    this.body = body
  }
}

/** Applies the fault to the connection in place of a response. */
export function sendConnectionFault({ kind, body }: ConnectionFault, reply: FastifyReply): void {
  reply.hijack()
  const { raw, request } = reply
  switch (kind) {
    case 'hang':
      break
    case 'connection_reset':
      withSocket(raw, resetConnection)
      break
    case 'empty_response':
      // Unread data would make the kernel send a reset instead of a FIN.
      request.raw.resume()
      withSocket(raw, (socket) => socket.end(() => destroyLater(raw)))
      break
    case 'truncated_body':
      truncateBody(reply, body)
      break
    default:
      kind satisfies never
  }
}

// While an earlier request on the connection is unanswered, a pipelined response has no socket.
function withSocket(raw: ServerResponse, action: (socket: Socket) => void): void {
  if (raw.socket !== null) action(raw.socket)
  else raw.once('socket', action)
}

/** `_parent` is Node's name for the socket that carries the bytes of a TLS socket, which cannot send a reset itself. */
function resetConnection(socket: Socket & { _parent?: Socket | null }): void {
  const carrier = socket._parent ?? socket
  carrier.resetAndDestroy()
}

// How long the client may take to notice the FIN.
const fullCloseDelayMs = 500

function destroyLater(raw: ServerResponse): void {
  setTimeout(() => raw.destroy(), fullCloseDelayMs).unref()
}

/** Returns the half of a body that `truncated_body` sends. */
export function truncatedBody(body: string): Buffer {
  const bytes = Buffer.from(body)
  return bytes.subarray(0, Math.floor(bytes.length / 2))
}

/** Sends the full content-length, half of the body, and FIN. */
function truncateBody(reply: FastifyReply, body: string): void {
  const { raw } = reply
  raw.writeHead(200, {
    ...reply.getHeaders(),
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  } as never)
  raw.write(truncatedBody(body), () => withSocket(raw, (socket) => socket.end(() => destroyLater(raw))))
}
