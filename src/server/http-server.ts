import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyBaseLogger } from 'fastify'
import { toAuthority } from '../common/http-syntax.ts'
import { createClientErrorHandler, handleConnectAndExpect } from '../openai-api/http/socket-errors.ts'

interface HttpServerDeps {
  dispatch: RequestListener
  /** Generates request ids for responses to malformed HTTP. */
  requestId: () => string
  log: FastifyBaseLogger
  /** Milliseconds that a request may take to arrive. */
  requestTimeout: number
}

const keepAliveTimeoutMs = 72_000
const shutdownGraceMs = 5000

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
   * Listens on `host`; on every address of `localhost`, of which only the first must be free. Resolves to the first address.
   * Rejects with the error of the socket.
   */
  async listen({ host, port }: { host: string; port: number }): Promise<AddressInfo> {
    const [first = host, ...others] = await addressesOf(host)
    await listenOn(this.primary, first, port)
    const address = this.primary.address() as AddressInfo
    for (const other of others) {
      const server = createHttpServer(this.#deps)
      await listenOn(server, other, address.port).then(
        () => this.#servers.push(server),
        () => {},
      )
    }
    this.#deps.log.debug(`listening at ${toAuthority(host, address.port)}`)
    return address
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

function createHttpServer({ dispatch, requestId, log, requestTimeout }: HttpServerDeps): Server {
  const options = {
    // Node would reject a missing Host with an empty body; the API explains what is missing.
    requireHostHeader: false,
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: Math.min(1000, requestTimeout),
    keepAliveTimeout: keepAliveTimeoutMs,
  }
  const server = createServer(options, dispatch)
  server.on('clientError', createClientErrorHandler({ requestId, log }))
  handleConnectAndExpect(server, { requestId, log })
  return server
}

async function addressesOf(host: string): Promise<string[]> {
  if (host !== 'localhost') return [host]
  const addresses = await lookup(host, { all: true }).catch(() => [])
  return addresses.map(({ address }) => address)
}

async function listenOn(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port })
  await once(server, 'listening')
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  await closed
}
