import type { Socket } from 'node:net'

// Per connection. If a client has sent more, the server notices that it has left only when its first request completes.
const maxHeldBytes = 1024 * 1024

type DataListener = (chunk: Buffer) => void

/**
 * Holds the bytes of a connection back from Node's parser, so that the connection can be read while no request may be parsed: only
 * reading shows that a client has left.
 */
export class ParserGate {
  readonly #socket: Socket
  readonly #canParse: () => boolean
  readonly #held: Buffer[] = []
  #heldBytes = 0
  #parsers: DataListener[] = []
  #isReadingAhead = false
  #isParsing = false
  #isScheduled = false

  /** The connection must be paused. `canParse` returns whether the next request may be parsed. */
  constructor(socket: Socket, canParse: () => boolean) {
    this.#socket = socket
    this.#canParse = canParse
    // Node's parser takes the bytes from the system until the stream has a listener, and resumes reading only until then.
    socket.once('resume', () => {
      this.#parsers = socket.listeners('data') as DataListener[]
      socket.removeAllListeners('data').on('data', (chunk: Buffer) => this.#hold(chunk))
      socket.prependListener('end', () => {
        if (this.#isReadingAhead || this.#held.length > 0) socket.destroy()
      })
    })
  }

  /** Whether the connection may be read now. */
  get isReading(): boolean {
    return this.#isReadingAhead ? this.#heldBytes <= maxHeldBytes : this.#held.length === 0 && this.#canParse()
  }

  /** Reads on although no request may be parsed. */
  readAhead(): void {
    this.#isReadingAhead = true
    this.#socket.resume()
  }

  /** Parses what is held as far as possible, after the current operation. */
  continueParsing(): void {
    this.#isReadingAhead = false
    if (this.#isScheduled) return
    this.#isScheduled = true
    process.nextTick(() => {
      this.#isScheduled = false
      this.#parse()
      if (this.isReading) this.#socket.resume()
    })
  }

  #hold(chunk: Buffer): void {
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    this.#parse()
  }

  #parse(): void {
    if (this.#isParsing) return
    this.#isParsing = true
    while (!this.#isReadingAhead && this.#canParse() && !this.#socket.destroyed) {
      const chunk = this.#held.shift()
      if (chunk === undefined) break
      this.#heldBytes -= chunk.length
      for (const parse of this.#parsers) parse(chunk)
    }
    this.#isParsing = false
    // Without resuming it otherwise: Node pauses it for a body that nobody reads yet.
    if (!this.isReading) this.#socket.pause()
  }
}
