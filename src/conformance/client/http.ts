import { type ClientRequest, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { urlToHttpOptions } from 'node:url'
import { type HttpResponse, toResponse } from './response.ts'

/** A request as it goes over the wire. Each uses a new connection. */
interface OutgoingRequest {
  method: string
  /** The request target of the request line. */
  target: string
  headers: Readonly<Record<string, string>>
  body?: string | Buffer | undefined
  /** Whether to leave out the Host header. */
  omitsHost?: boolean | undefined
}

/** No response arrived, or not in time. `code` is Node's error code, or `timeout`. */
export class NoResponse extends Error {
  readonly code: string

  constructor({ message, code = 'unknown' }: NodeJS.ErrnoException) {
    const isTimeout = code === 'ABORT_ERR'
    super(isTimeout ? 'no response in time' : message)
    this.code = isTimeout ? 'timeout' : code
  }
}

/** Sends a request to a server. Rejects with NoResponse if no response arrives or `signal` aborts first. */
export function sendRequest(server: URL, outgoing: OutgoingRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { method, target: path, body, omitsHost = false } = outgoing
  const request = server.protocol === 'https:' ? requestHttps : requestHttp
  // Without a content-length, Node would send the body of a GET in chunks.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const headers = { ...outgoing.headers, ...length }
  const options = { ...urlToHttpOptions(server), method, path, headers, agent: false, setHost: !omitsHost, signal }
  const clientRequest = request(options)
  const response = responseTo(clientRequest)
  clientRequest.end(body)
  return response
}

/** Sends bytes unchanged, which need not be valid HTTP, and reads one response. Rejects as `sendRequest` does. */
export function sendBytes(server: URL, bytes: string, signal: AbortSignal): Promise<HttpResponse> {
  const socket = connectTo(server)
  socket.write(bytes, 'latin1')
  // Node's HTTP client parses the response. What it writes itself is discarded.
  const connection = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
  socket.on('data', (chunk) => connection.push(chunk))
  socket.on('end', () => connection.push(null))
  socket.on('error', (error) => connection.destroy(error))
  const clientRequest = requestHttp({ createConnection: () => connection, signal })
  clientRequest.on('close', () => socket.destroy())
  const response = responseTo(clientRequest)
  clientRequest.end()
  return response
}

function connectTo({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '')
  return protocol === 'https:'
    ? connectTls({ host, port: Number(port || 443), ...(isIP(host) ? {} : { servername: host }) })
    : connectTcp({ host, port: Number(port || 80) })
}

function responseTo(clientRequest: ClientRequest): Promise<HttpResponse> {
  return new Promise<HttpResponse>((resolve, reject) => {
    clientRequest.on('error', reject)
    clientRequest.on('response', async (incoming) => {
      try {
        const chunks: Uint8Array[] = []
        for await (const chunk of incoming) chunks.push(chunk)
        resolve(toResponse(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks).toString('utf8')))
      } catch (error) {
        reject(error)
      }
    })
  }).catch((error) => {
    throw new NoResponse(error)
  })
}
