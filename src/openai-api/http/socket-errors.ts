import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyBaseLogger } from 'fastify'
import type { ApiError } from '../errors/api-error.ts'
import * as errors from '../errors/catalogue.ts'
import { apiVersion } from './response-headers.ts'
import { encodeReason, envelope } from './send-error.ts'

interface SocketErrorDeps {
  /** Generates the id of a response. */
  requestId: () => string
  log: FastifyBaseLogger
}

/** `_httpMessage` is Node's name for the response that a socket is currently sending. */
type BusySocket = Duplex & { _httpMessage?: ServerResponse & { req: IncomingMessage } }

/** Returns the handler for what Node cannot parse as a request. It responds on the socket itself; no sandbox is involved. */
export function createClientErrorHandler(deps: SocketErrorDeps) {
  // Node reports an error again for each segment that follows invalid input.
  const rejected = new WeakSet<Duplex>()
  return (cause: ClientError, socket: BusySocket): void => {
    if (cause.code === 'ECONNRESET') socket.destroy()
    if (rejected.has(socket)) return
    rejected.add(socket)
    if (isTlsError(cause)) closeAfterTlsError(cause, socket, deps)
    else if (socket.writable) afterPendingResponses(socket, () => sendErrorAndClose(socket, fromCause(cause), deps))
    else socket.destroy()
  }
}

/** Calls `respond` after the responses to complete requests that came before, one after the other. */
function afterPendingResponses(socket: BusySocket, respond: () => void): void {
  const pending = socket._httpMessage
  if (pending?.req.complete) pending.once('close', () => afterPendingResponses(socket, respond))
  // Nothing can be added to a response that started before its request was complete.
  else if (pending?.headersSent) socket.destroy()
  else respond()
}

/** Handles CONNECT and unknown expectations, to which Node would respond with an empty body or not at all. */
export function handleConnectAndExpect(server: Server, deps: SocketErrorDeps): void {
  server.on('connect', (_request, socket) => {
    // Node no longer handles errors of this socket.
    socket.on('error', () => socket.destroy())
    afterPendingResponses(socket, () => sendErrorAndClose(socket, errors.malformedRequest('connect'), deps))
  })
  // Ignores the header.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

interface ClientError extends NodeJS.ErrnoException {
  /** The bytes that Node could not parse. */
  rawPacket?: Buffer
}

function fromCause({ code = 'unknown', rawPacket }: ClientError): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimeout()
  if (isTlsHandshake(rawPacket)) {
    return errors.malformedRequest('tls_handshake; this port serves plain HTTP: use http://')
  }
  return errors.malformedRequest(code)
}

const isTlsError = ({ code = '' }: ClientError) => /^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code)

// OpenSSL recognizes a request of HTTP, or sees that the first bytes have no version of TLS.
const plainHttpCodes = ['ERR_SSL_HTTP_REQUEST', 'ERR_SSL_HTTPS_PROXY_REQUEST', 'ERR_SSL_WRONG_VERSION_NUMBER']

const plainHttpReason = 'plain_http; this port serves HTTPS: use https://'

// Responds only to plain HTTP: a client that expects TLS could not read a response.
function closeAfterTlsError({ code = '', message }: ClientError, socket: TlsSocket, { log }: SocketErrorDeps): void {
  const isPlainHttp = plainHttpCodes.includes(code)
  const detail = /alert/i.test(code + message) ? 'the client does not trust the certificate' : message
  const cause = isPlainHttp ? plainHttpReason : `detail=${code}; ${detail}`
  log.info({ reason: `tls_handshake_failed; ${cause}` }, 'connection closed')
  if (isPlainHttp) socket._parent?.on('error', () => {}).write(plainHttpResponse())
  socket.destroy()
}

/** `_parent` is Node's name for the socket that carries the bytes of a TLS socket. */
type TlsSocket = Duplex & { _parent?: Duplex | null }

function plainHttpResponse(): string {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-emulator-reason': plainHttpReason }
  return formatResponse(400, headers, 'The request was plain HTTP, but this port serves HTTPS: use https://\n')
}

/** Returns whether bytes begin like a TLS record with a handshake (RFC 8446, section 5.1). */
const isTlsHandshake = (bytes: Buffer | undefined) => bytes?.[0] === 22 && bytes[1] === 3

// How long the client may take to read the response.
const closeDelayMs = 1000

function sendErrorAndClose(socket: Duplex, error: ApiError, { requestId, log }: SocketErrorDeps): void {
  const request_id = requestId()
  log.info({ request_id, status: error.status, reason: error.reason }, 'request')
  socket.on('error', () => socket.destroy())
  socket.end(serializeResponse(error, request_id))
  // Discards what the client still sends: unread data would make the kernel reset the connection before the response arrives.
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), closeDelayMs)
  socket.once('close', () => clearTimeout(timer))
}

/** Returns a whole HTTP response, like those of `addApiHeaders` and `sendError`. */
function serializeResponse(error: ApiError, requestId: string): string {
  const headers = {
    'content-type': 'application/json',
    'x-request-id': requestId,
    'openai-version': apiVersion,
    'openai-processing-ms': 0,
    'x-emulator-reason': encodeReason(error.reason),
  }
  return formatResponse(error.status, headers, JSON.stringify(envelope(error)))
}

function formatResponse(status: number, headers: Record<string, string | number>, body: string): string {
  const allHeaders = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' }
  const lines = Object.entries(allHeaders).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n')
}
