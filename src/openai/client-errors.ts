import { type Server, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ApiError } from './api-error.ts'
import { encodeReason, envelope } from './error-handler.ts'
import * as errors from './errors.ts'

/**
 * Answers what Node's parser could not make a request of, on the bare socket: there is no request, so no sandbox either.
 * `requestId` makes the id of the answer.
 */
export function createClientErrorHandler(requestId: () => string) {
  return (cause: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: { headersSent: boolean } }): void => {
    // Into an answer that has begun nothing can be said; a socket that is gone hears nothing.
    const isTooLate = !socket.writable || socket._httpMessage?.headersSent === true
    if (isTooLate || cause.code === 'ECONNRESET') {
      socket.destroy()
      return
    }
    socket.end(rawAnswer(fromCause(cause), requestId()))
    // The rest of what the client sends is read and dropped, or the kernel would reset the connection over our answer.
    socket.resume()
    setTimeout(() => socket.destroy(), 1000).unref()
  }
}

/** Answers what Node would answer by itself, with an empty body or none: a CONNECT, and an expectation it does not know. */
export function answerOddRequests(server: Server, requestId: () => string): void {
  server.on('connect', (_request, socket) => socket.end(rawAnswer(errors.malformedRequest('connect'), requestId())))
  // As if the header were not there.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

function fromCause({ code = 'unknown' }: NodeJS.ErrnoException): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge()
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimeout()
  return errors.malformedRequest(code)
}

/** A whole HTTP response, as `identify` and `sendError` would have made it. */
export function rawAnswer(error: ApiError, requestId: string): string {
  const body = JSON.stringify(envelope(error))
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    'openai-version': '2020-10-01',
    'openai-processing-ms': 0,
    'x-emulator-reason': encodeReason(error.reason),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`, ...lines, '', body].join('\r\n')
}
