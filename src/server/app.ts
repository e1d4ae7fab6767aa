import { createServer, type RequestListener } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply } from 'fastify'
import { createAbortController } from '../common/abort.ts'
import type { TlsIdentity } from '../config/tls-files.ts'
import { createAccessChecks } from '../control-api/access.ts'
import { registerHealth } from '../control-api/health.ts'
import { createRandomness } from '../sandbox/randomness.ts'
import { type RegistryOptions, SandboxRegistry } from '../sandbox/registry.ts'
import { createFastify } from './fastify.ts'
import { createSecureServerWith, HttpServer } from './http-server.ts'
import { LazyControlApp } from './lazy-control-app.ts'
import { createLog, type LogOptions, logOptions } from './logging.ts'
import { registerApi } from './request/api-plugin.ts'
import { allowOrigins } from './request/cors.ts'
import { createDispatcher } from './request/dispatcher.ts'
import { createSandboxResolver } from './request/enter-sandbox.ts'
import { PipelineQueue } from './request/pipeline-queue.ts'
import { RouteTable } from './request/routing.ts'
import { TurnBatcher } from './request/turn-batcher.ts'
import type { SeedReloader } from './seed-reloader.ts'
import { UnreadResponses } from './unread-responses.ts'

export interface AppOptions extends Omit<RegistryOptions, 'log'>, LogOptions {
  /** Certificate and key for HTTPS; plain HTTP without. */
  tls?: TlsIdentity | undefined
  /** Milliseconds that a request may take to arrive; 30,000 by default. Only tests set it. */
  requestTimeout?: number
  /** Milliseconds after which the connection of an unread response is closed; 30,000 by default. Only tests set it. */
  unreadTimeout?: number
  /** The bytes of all unread responses together; 256 MiB by default. Only tests set it. */
  maxUnreadBytes?: number
  /** Milliseconds between two comments in an event stream; 15,000 by default. Only tests set it. */
  heartbeatInterval?: number
  /** Whether the first request to a sandbox creates it. */
  autoCreate: boolean
  /** Host names that may reach the control API besides local names and addresses. */
  allowedHosts: readonly string[]
  /** Origins whose pages may call the emulated API; `*` for any. */
  corsOrigins?: readonly string[]
  /** The token that the control API requires; undefined for none. */
  controlToken?: string | undefined
  /** Reloads the seed when its files change; undefined for never. */
  seedReloader?: SeedReloader | undefined
  /** Receives each of the two Fastify apps before it is ready. Only tests set it. */
  onAppCreated?: (app: FastifyInstance) => void
}

/** An emulator: both APIs behind one HTTP server. */
export interface App {
  /** Handles one request, whichever server received it. */
  dispatch: RequestListener
  httpServer: HttpServer
  registry: SandboxRegistry
  log: FastifyBaseLogger
  /** Aborts delays and hangs at once, lets other requests complete for up to 5 s, and closes every sandbox. */
  close(): Promise<void>
}

/** Builds an emulator that is ready to listen. Reads no environment variables and opens no socket. */
export async function buildApp(options: AppOptions): Promise<App> {
  const {
    autoCreate,
    allowedHosts,
    corsOrigins = [],
    controlToken,
    logLevel,
    logFormat,
    seedReloader,
    tls,
    requestTimeout = 30_000,
    unreadTimeout = 30_000,
    maxUnreadBytes = 256 * 1024 * 1024,
    heartbeatInterval = 15_000,
    onAppCreated = () => {},
    ...registryOptions
  } = options
  const log = await createLog({ logLevel, logFormat })
  warnOfUnusualKey(registryOptions.defaults.adminKey, log)
  const registry = await SandboxRegistry.open({ ...registryOptions, log })
  const fallbackRequestId = createRandomness().requestId
  const closing = createAbortController()
  const batcher = new TurnBatcher()
  const apiRoutes = new RouteTable()
  const unreadResponses = new UnreadResponses({ timeout: unreadTimeout, maxBytes: maxUnreadBytes }, log)
  const onSent = ({ raw }: FastifyReply, payload: unknown) => unreadResponses.count(raw.socket, payload)
  const access = createAccessChecks({ allowedHosts, controlToken })
  const sandboxes = createSandboxResolver({
    registry,
    autoCreate,
    fallbackRequestId,
    checkPage: access.checkPage,
  })

  const api = createFastify(logOptions(log, logLevel))
  apiRoutes.collect(api)
  registerApi(api, {
    registry,
    sandboxes,
    routes: apiRoutes,
    batcher,
    onSent,
    closing: closing.signal,
    log,
  })
  registerHealth(api)
  onAppCreated(api)
  await api.ready()

  const controls = new LazyControlApp({
    registry,
    sandboxFor: sandboxes.sandboxFor,
    waitForSandbox: sandboxes.waitForSandbox,
    ...access,
    closing: closing.signal,
    heartbeatInterval,
    log,
    logLevel,
    onSent,
    onAppCreated,
  })
  const dispatch = createDispatcher({
    handleApi: allowOrigins(corsOrigins, api.routing),
    handleControl: (request, response) => controls.handle(request, response),
    apiRoutes,
    batcher,
    pipelineQueue: new PipelineQueue(closing.signal, log),
  })
  const httpServer = new HttpServer({
    dispatch,
    requestId: fallbackRequestId,
    log,
    requestTimeout,
    createServer: tls === undefined ? createServer : await createSecureServerWith(tls),
    unreadResponses,
  })
  const stopReloading = seedReloader?.start(registry, log)

  async function close(): Promise<void> {
    stopReloading?.()
    closing.abort()
    await httpServer.close()
    await Promise.all([api.close(), controls.close()])
    registry.close()
  }
  return { dispatch, httpServer, registry, log, close }
}

function warnOfUnusualKey(adminKey: string | undefined, log: FastifyBaseLogger): void {
  if (adminKey === undefined || adminKey.startsWith('sk-admin-')) return
  log.warn("the admin key does not begin with 'sk-admin-': some clients refuse it, such as a Terraform provider")
}
