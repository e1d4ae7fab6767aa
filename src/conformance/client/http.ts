import { type ClientRequest, request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { connect as connectPlainly, isIP, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { connect as connectSecurely } from 'node:tls'
import { urlToHttpOptions } from 'node:url'
import { type Answer, toAnswer } from './response.ts'

/** A request as it is sent, each over a connection of its own. */
export interface Sent {
  method: string
  /** The target, as it stands in the first line. */
  target: string
  headers: Readonly<Record<string, string>>
  body?: string | Buffer | undefined
  /** Whether the Host header is left out. */
  isHostless?: boolean | undefined
}

/** There was no answer, or none in time; the code says why. */
export class NoAnswer extends Error {
  readonly code: string

  constructor({ message, code = 'unknown' }: NodeJS.ErrnoException) {
    const isLate = code === 'ABORT_ERR'
    super(isLate ? 'no answer in time' : message)
    this.code = isLate ? 'timeout' : code
  }
}

/** Sends a request to the server of that URL. Rejects with NoAnswer where none comes, or not before `signal`. */
export function exchange(server: URL, sent: Sent, signal: AbortSignal): Promise<Answer> {
  const { method, target: path, body, isHostless = false } = sent
  const request = server.protocol === 'https:' ? requestSecurely : requestPlainly
  // Node would send a GET's body in chunks.
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const headers = { ...sent.headers, ...length }
  const options = { ...urlToHttpOptions(server), method, path, headers, agent: false, setHost: !isHostless, signal }
  const outgoing = request(options)
  const answer = answerTo(outgoing)
  outgoing.end(body)
  return answer
}

/** Sends bytes as they are, which need not be HTTP, and reads the one answer to them. */
export function exchangeBytes(server: URL, bytes: string, signal: AbortSignal): Promise<Answer> {
  const socket = open(server)
  socket.write(bytes, 'latin1')
  // Node is to read what comes, and believes to have sent something else.
  const connection = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() })
  socket.on('data', (chunk) => connection.push(chunk))
  socket.on('end', () => connection.push(null))
  socket.on('error', (error) => connection.destroy(error))
  const outgoing = requestPlainly({ createConnection: () => connection, signal })
  outgoing.on('close', () => socket.destroy())
  const answer = answerTo(outgoing)
  outgoing.end()
  return answer
}

function open({ protocol, hostname, port }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '')
  return protocol === 'https:'
    ? connectSecurely({ host, port: Number(port || 443), ...(isIP(host) ? {} : { servername: host }) })
    : connectPlainly({ host, port: Number(port || 80) })
}

function answerTo(outgoing: ClientRequest): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    outgoing.on('error', reject)
    outgoing.on('response', async (response) => {
      try {
        const chunks: Uint8Array[] = []
        for await (const chunk of response) chunks.push(chunk)
        resolve(toAnswer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks).toString('utf8')))
      } catch (error) {
        reject(error)
      }
    })
  }).catch((error) => {
    throw new NoAnswer(error)
  })
}
