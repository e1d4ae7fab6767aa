import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import type { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { apiVersion } from './response-headers.ts'
import { encodeReason, envelope } from './send-error.ts'

interface SocketErrorDeps {
  /** Makes the id of an answer. */
  requestId: () => string
  log: FastifyBaseLogger
}

/** Node's name for the answer that a socket is at, and for the request which that answers. */
type BusySocket = Duplex & { _httpMessage?: ServerResponse & { req: IncomingMessage } }

/** Answers what Node's parser could not make a request of, on the bare socket: there is no request, so no sandbox either. */
export function createClientErrorHandler(deps: SocketErrorDeps) {
  return (cause: NodeJS.ErrnoException, socket: BusySocket): void => {
    if (!socket.writable || cause.code === 'ECONNRESET') socket.destroy()
    else afterPendingResponses(socket, () => sendErrorAndClose(socket, fromCause(cause), deps))
  }
}

/** What is broken may come after whole requests: their answers go first, one after the other. */
function afterPendingResponses(socket: BusySocket, next: () => void): void {
  const pending = socket._httpMessage
  if (pending?.req.complete) pending.once('close', () => afterPendingResponses(socket, next))
  // Into an answer that has begun before its request was whole nothing can be said.
  else if (pending?.headersSent) socket.destroy()
  else next()
}

/** Answers what Node would answer by itself, with an empty body or none: a CONNECT, and an expectation it does not know. */
export function handleConnectAndExpect(server: Server, deps: SocketErrorDeps): void {
  server.on('connect', (_request, socket) => {
    // Node has let go of the socket: whatever breaks on it while answers are pending is ours to hear.
    socket.on('error', () => socket.destroy())
    afterPendingResponses(socket, () => sendErrorAndClose(socket, errors.malformedRequest('connect'), deps))
  })
  // As if the header were not there.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

function fromCause({ code = 'unknown' }: NodeJS.ErrnoException): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimeout()
  return errors.malformedRequest(code)
}

// How long the other side may take to hear us out, in milliseconds.
const closeDelayMs = 1000

function sendErrorAndClose(socket: Duplex, error: ApiError, { requestId, log }: SocketErrorDeps): void {
  const request_id = requestId()
  log.info({ request_id, status: error.status, reason: error.reason }, 'request')
  socket.on('error', () => socket.destroy())
  socket.end(serializeResponse(error, request_id))
  // What the client still sends is read and dropped, or the kernel would reset the connection over our answer.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), closeDelayMs)
  socket.once('close', () => clearTimeout(timer))
}

/** A whole HTTP response, as `addApiHeaders` and `sendError` would have made it. */
function serializeResponse(error: ApiError, requestId: string): string {
  const body = JSON.stringify(envelope(error))
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    'openai-version': apiVersion,
    'openai-processing-ms': 0,
    'x-emulator-reason': encodeReason(error.reason),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`, ...lines, '', body].join('\r\n')
}
