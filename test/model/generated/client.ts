import { connect, type Socket } from 'node:net'

/** A request as it goes over the wire. */
export interface Sent {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

/** What comes of a request: an answer, the half of one, or the connection's end or reset without a byte. */
export type Outcome = { kind: 'answer' | 'half'; status: number; text: string } | { kind: 'end' } | { kind: 'reset' }

/** With the head of the answer, if there was one. */
export interface Received {
  outcome: Outcome
  head: string
}

/** What asks, one request at a time. */
export interface Asker {
  /** Resolves whatever comes of it. */
  ask(sent: Sent): Promise<Received>
}

/** A client of one connection, that costs little and hides nothing: it never tries again. */
export class Client implements Asker {
  readonly #port: number
  #socket: Socket | undefined
  #received: Buffer = Buffer.alloc(0)
  #resolve: ((received: Received) => void) | undefined

  constructor(port: number) {
    this.#port = port
  }

  ask(sent: Sent): Promise<Received> {
    return new Promise((resolve) => {
      this.#resolve = resolve
      this.#socket ??= this.#open()
      this.#socket.write(bytesOf(sent))
    })
  }

  close(): void {
    this.#socket?.destroy()
  }

  #open(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    this.#received = Buffer.alloc(0)
    let isReset = false
    socket.on('data', (bytes: Buffer) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes])
      const received = readAnswer(this.#received)
      if (received?.outcome.kind !== 'answer') return
      // What is asked next must not go down with a connection that ends.
      if (/^connection: close\r?$/im.test(received.head)) socket.destroy()
      else this.#settle(received)
    })
    socket.on('error', () => {
      isReset = true
    })
    socket.on('close', () => {
      this.#socket = undefined
      this.#settle(readAnswer(this.#received) ?? { outcome: { kind: isReset ? 'reset' : 'end' }, head: '' })
    })
    return socket
  }

  #settle(received: Received): void {
    this.#received = Buffer.alloc(0)
    const resolve = this.#resolve
    this.#resolve = undefined
    resolve?.(received)
  }
}

function bytesOf({ method, path, headers = {}, body }: Sent): string | Buffer {
  const length = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`
  let head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${length}`
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  return Buffer.isBuffer(body) ? Buffer.concat([Buffer.from(`${head}\r\n`), body]) : `${head}\r\n${body ?? ''}`
}

/** The answer that bytes begin with, as much of it as is there; nothing while its head is not whole. */
function readAnswer(bytes: Buffer): Received | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end)
  const [, length] = /^content-length: (\d+)/im.exec(head) ?? []
  if (length === undefined) throw new Error(`an answer without a length: ${head}`)
  const last = end + 4 + Number(length)
  const kind = bytes.length >= last ? 'answer' : 'half'
  return { outcome: { kind, status: Number(head.slice(9, 12)), text: bytes.toString('utf8', end + 4, last) }, head }
}
