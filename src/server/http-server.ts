import { once } from 'node:events'
import type { createServer, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { toAuthority } from '../common/http-syntax.ts'
import { UserError } from '../common/user-error.ts'
import type { TlsIdentity } from '../config/tls-files.ts'
import { createClientErrorHandler, handleConnectAndExpect } from '../openai-api/http/socket-errors.ts'
import type { UnreadResponses } from './unread-responses.ts'

type CreateServer = typeof createServer

interface HttpServerDeps {
  /** Node's function, for HTTP or HTTPS. */
  createServer: CreateServer
  dispatch: RequestListener
  /** Generates request ids for responses to malformed HTTP. */
  requestId: () => string
  log: FastifyBaseLogger
  /** Milliseconds that a request may take to arrive. */
  requestTimeout: number
  unreadResponses: UnreadResponses
}

const keepAliveTimeoutMs = 72_000
const shutdownGraceMs = 5000

const loopbackAddresses = ['127.0.0.1', '::1']
// On a machine without IPv6, or without a loopback address.
const missingAddressCodes = ['EADDRNOTAVAIL', 'EAFNOSUPPORT']
const maxPortAttempts = 20

/** The HTTP servers of one emulator, one per address. */
export class HttpServer {
  readonly #deps: HttpServerDeps
  readonly #servers: Server[]

  constructor(deps: HttpServerDeps) {
    this.#deps = deps
    this.#servers = [createHttpServer(deps)]
  }

  /** The server of the first address. */
  get primary(): Server {
    return this.#servers[0] as Server
  }

  /**
   * Listens on `host`: for `localhost` on both loopback addresses, if the machine has them, at the same port. Resolves to the first
   * address. Rejects with the error of the socket.
   */
  async listen({ host, port }: { host: string; port: number }): Promise<AddressInfo> {
    const hosts = host === 'localhost' ? loopbackAddresses : [host]
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#listenOnAll(hosts, port)
      } catch (error) {
        await this.close()
        // The free port of one address may be taken on the other.
        const canRetry = port === 0 && attempt < maxPortAttempts && codeOf(error) === 'EADDRINUSE'
        if (!canRetry) throw error
      }
    }
  }

  async #listenOnAll(hosts: readonly string[], port: number): Promise<AddressInfo> {
    this.#servers.length = 1
    const addresses: AddressInfo[] = []
    let missingAddress: unknown
    for (const host of hosts) {
      const server = addresses.length === 0 ? this.primary : createHttpServer(this.#deps)
      try {
        addresses.push(await listenOn(server, host, addresses[0]?.port ?? port))
      } catch (error) {
        if (!missingAddressCodes.includes(codeOf(error))) throw error
        missingAddress = error
        continue
      }
      if (server !== this.primary) this.#servers.push(server)
    }
    const [first] = addresses
    if (first === undefined) throw missingAddress
    this.#deps.log.debug(`listening at ${addresses.map((each) => toAuthority(each.address, each.port)).join(' and ')}`)
    return first
  }

  /** Accepts no more connections, lets open requests complete for up to 5 s, and resolves once all connections are closed. */
  async close(): Promise<void> {
    const timer = setTimeout(() => {
      for (const server of this.#servers) server.closeAllConnections()
    }, shutdownGraceMs).unref()
    await Promise.all(this.#servers.map(closeServer))
    clearTimeout(timer)
  }
}

/** Returns a function that creates servers for HTTPS. Loads Node's TLS. Rejects with UserError if TLS cannot use the files. */
export async function createSecureServerWith(tls: TlsIdentity): Promise<CreateServer> {
  const [{ createServer }, { createSecureContext }] = await Promise.all([import('node:https'), import('node:tls')])
  try {
    createSecureContext({ ...tls })
  } catch (error) {
    throw new UserError(`TLS cannot use the certificate and its key: ${(error as Error).message}`)
  }
  // Node's types lack that a secure server has everything that a plain one has.
  return ((options: object, listener: RequestListener) =>
    createServer({ ...options, ...tls }, listener)) as unknown as CreateServer
}

function createHttpServer({ createServer, dispatch, requestId, log, requestTimeout, unreadResponses }: HttpServerDeps) {
  const options = {
    // Node would reject a missing Host with an empty body; the API explains what is missing.
    requireHostHeader: false,
    requestTimeout,
    headersTimeout: requestTimeout,
    handshakeTimeout: requestTimeout,
    connectionsCheckingInterval: Math.min(1000, requestTimeout),
    keepAliveTimeout: keepAliveTimeoutMs,
  }
  const server = createServer(options, dispatch)
  server.on('clientError', createClientErrorHandler({ requestId, log }))
  // Under TLS, `connection` has the socket that carries the encrypted bytes.
  for (const event of ['connection', 'secureConnection']) server.on(event, (socket) => unreadResponses.watch(socket))
  handleConnectAndExpect(server, { requestId, log })
  return server
}

async function listenOn(server: Server, host: string, port: number): Promise<AddressInfo> {
  server.listen({ host, port })
  await once(server, 'listening')
  return server.address() as AddressInfo
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code)

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  await closed
}
