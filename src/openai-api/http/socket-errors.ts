import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import type { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { apiVersion } from './response-headers.ts'
import { encodeReason, envelope } from './send-error.ts'

interface Surroundings {
  /** Makes the id of an answer. */
  requestId: () => string
  log: FastifyBaseLogger
}

/** Node's name for the answer that a socket is at, and for the request which that answers. */
type BusySocket = Duplex & { _httpMessage?: ServerResponse & { req: IncomingMessage } }

/** Answers what Node's parser could not make a request of, on the bare socket: there is no request, so no sandbox either. */
export function createClientErrorHandler(surroundings: Surroundings) {
  return (cause: NodeJS.ErrnoException, socket: BusySocket): void => {
    if (!socket.writable || cause.code === 'ECONNRESET') socket.destroy()
    else whenAnswered(socket, () => refuse(socket, fromCause(cause), surroundings))
  }
}

/** What is broken may come after whole requests: their answers go first, one after the other. */
function whenAnswered(socket: BusySocket, then: () => void): void {
  const pending = socket._httpMessage
  if (pending?.req.complete) pending.once('close', () => whenAnswered(socket, then))
  // Into an answer that has begun before its request was whole nothing can be said.
  else if (pending?.headersSent) socket.destroy()
  else then()
}

/** Answers what Node would answer by itself, with an empty body or none: a CONNECT, and an expectation it does not know. */
export function answerOddRequests(server: Server, surroundings: Surroundings): void {
  server.on('connect', (_request, socket) => {
    // Node has let go of the socket: whatever breaks on it while answers are pending is ours to hear.
    socket.on('error', () => socket.destroy())
    whenAnswered(socket, () => refuse(socket, errors.malformedRequest('connect'), surroundings))
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
const patience = 1000

function refuse(socket: Duplex, error: ApiError, { requestId, log }: Surroundings): void {
  const request_id = requestId()
  log.info({ request_id, status: error.status, reason: error.reason }, 'request')
  socket.on('error', () => socket.destroy())
  socket.end(rawAnswer(error, request_id))
  // What the client still sends is read and dropped, or the kernel would reset the connection over our answer.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), patience)
  socket.once('close', () => clearTimeout(timer))
}

/** A whole HTTP response, as `addApiHeaders` and `sendError` would have made it. */
function rawAnswer(error: ApiError, requestId: string): string {
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
