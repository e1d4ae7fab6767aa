import { connect, type Socket } from 'node:net'

export interface HttpRequest {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** A full response, a truncated one, or a connection that is closed or reset before the first byte. */
export type RequestOutcome =
  | { kind: 'response' | 'truncated'; status: number; text: string }
  | { kind: 'empty' }
  | { kind: 'reset' }

export interface SendResult {
  outcome: RequestOutcome
  /** Status line and headers; empty without a response. */
  head: string
  /** The client's side of a connection that closed before the full response, for messages. */
  connection?: string
}

/** Sends one request at a time. */
export interface HttpClient {
  /** Never rejects: a failure is an outcome, too. */
  send(request: HttpRequest): Promise<SendResult>
}

/** An HTTP client with one keep-alive connection. It never retries, so that every failure is visible. */
export class SocketClient implements HttpClient {
  readonly #port: number
  #socket: Socket | undefined
  #received: Buffer = Buffer.alloc(0)
  #resolve: ((result: SendResult) => void) | undefined

  constructor(port: number) {
    this.#port = port
  }

  send(request: HttpRequest): Promise<SendResult> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#socket ??= this.#open()
      this.#socket.write(serializeRequest(request))
    })
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    this.#received = Buffer.alloc(0)
    const openedAt = performance.now()
    let localPort: number | undefined
    let error: Error | undefined
    let responses = 0
    socket.on('connect', () => {
      localPort = socket.localPort
    })
    socket.on('data', (bytes: Buffer) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
      const result = parseResponse(this.#received)
      if (result?.outcome.kind !== 'response') return
      responses++
      // The next request must not use a connection that the server is closing.
      if (/^connection: close\r?$/im.test(result.head)) socket.destroy()
      else this.#settle(result)
    })
    socket.on('error', (cause) => {
      error = cause
    })
    socket.on('close', () => {
      this.#socket = undefined
      const result = parseResponse(this.#received) ?? { outcome: { kind: error ? 'reset' : 'empty' }, head: '' }
      if (result.outcome.kind === 'response') return this.#settle(result)
      const age = Math.round(performance.now() - openedAt)
      const before = `${responses} ${responses === 1 ? 'response' : 'responses'} before`
      const cause = error?.message ?? 'ended by the server'
      this.#settle({ ...result, connection: `local port ${localPort}, open for ${age} ms, ${before}: ${cause}` })
    })
    return socket
  }

  #settle(result: SendResult): void {
    this.#received = Buffer.alloc(0)
    const resolve = this.#resolve
    this.#resolve = undefined
    resolve?.(result)
  }
}

function serializeRequest({ method, path, headers = {}, body }: HttpRequest): string | Buffer {
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
  let head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${length}`
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  return Buffer.isBuffer(body) ? Buffer.concat([Buffer.from(`${head}\r\n`), body]) : `${head}\r\n${body ?? ''}`
}

/** Parses the response at the start of the bytes. Returns undefined while its head is incomplete. */
function parseResponse(bytes: Buffer): SendResult | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const head = bytes.toString('latin1', 0, headEnd)
  const [, length] = /^content-length: (\d+)/im.exec(head) ?? []
  if (length === undefined) throw new Error(`the response has no Content-Length: ${head}`)
  const bodyEnd = headEnd + 4 + Number(length)
  const kind = bytes.length >= bodyEnd ? 'response' : 'truncated'
  return {
    outcome: { kind, status: Number(head.slice(9, 12)), text: bytes.toString('utf8', headEnd + 4, bodyEnd) },
    head,
  }
}
