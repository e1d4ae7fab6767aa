import type { RequestListener } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { createAbortController } from '../common/abort.ts'
import type { LogLevel } from '../config/options.ts'
import { createAccessChecks } from '../control-api/access.ts'
import { registerHealth } from '../control-api/health.ts'
import { registerAdminApiKeys } from '../openai-api/admin-api-keys/routes.ts'
import { useJsonBodies } from '../openai-api/http/request-body.ts'
import { useApiValidation } from '../openai-api/http/validation.ts'
import { createRandomness } from '../sandbox/randomness.ts'
import { type RegistryOptions, SandboxRegistry } from '../sandbox/registry.ts'
import { createFastify } from './fastify.ts'
import { HttpServer } from './http-server.ts'
import { LazyControlServer } from './lazy-control-server.ts'
import { createLog, logOptions } from './logging.ts'
import { registerApi } from './request/api-plugin.ts'
import { getBody } from './request/body.ts'
import { createDispatcher } from './request/dispatcher.ts'
import { createSandboxAccess } from './request/enter-sandbox.ts'
import { ResponseBatcher } from './request/pipelining.ts'
import { AllowedMethods } from './request/routing.ts'

export interface AppOptions extends Omit<RegistryOptions, 'log'> {
  /** Milliseconds that a request may take to arrive; 30,000 by default. */
  requestTimeout?: number
  /** Host names that may reach the control API besides local names and addresses. */
  allowedHosts: readonly string[]
  /** The token that the control API requires; undefined for none. */
  controlToken?: string | undefined
  logLevel: LogLevel
  /** Receives each of the two Fastify apps before it is ready. */
  onAppCreated?: (app: FastifyInstance) => void
}

/** An emulator: both APIs behind one HTTP server. */
export interface App {
  /** Handles one request, whichever server received it. */
  dispatch: RequestListener
  httpServer: HttpServer
  /** Aborts waiting requests, lets the others complete, and closes every sandbox. */
  close(): Promise<void>
}

/** Builds an emulator that is ready to listen. Reads no environment variables and opens no socket. */
export async function buildApp(options: AppOptions): Promise<App> {
  const {
    allowedHosts,
    controlToken,
    logLevel,
    requestTimeout = 30_000,
    onAppCreated = () => {},
    ...registryOptions
  } = options
  const log = createLog(logLevel)
  const registry = new SandboxRegistry({ ...registryOptions, log })
  const fallbackRequestId = createRandomness().requestId
  const closing = createAbortController()
  const batcher = new ResponseBatcher()
  const apiRoutes = new AllowedMethods()
  const access = createSandboxAccess(registry, fallbackRequestId)

  const api = createFastify(logOptions(log, logLevel))
  apiRoutes.collect(api)
  registerApi(api, {
    registry,
    access,
    routes: apiRoutes,
    batcher,
    closing: closing.signal,
    log,
    registerOperations(operations, runOperation) {
      useJsonBodies(operations, getBody)
      useApiValidation(operations)
      registerAdminApiKeys(operations, runOperation)
    },
  })
  registerHealth(api)
  onAppCreated(api)
  await api.ready()

  const controls = new LazyControlServer({
    registry,
    sandboxFor: access.sandboxFor,
    ...createAccessChecks({ allowedHosts, controlToken }),
    closing: closing.signal,
    log,
    logLevel,
    onAppCreated,
  })
  const dispatch = createDispatcher({
    handleApi: api.routing,
    handleControl: (request, response) => controls.handle(request, response),
    apiRoutes,
    batcher,
  })
  const httpServer = new HttpServer({ dispatch, requestId: fallbackRequestId, log, requestTimeout })

  async function close(): Promise<void> {
    closing.abort()
    await httpServer.close()
    await Promise.all([api.close(), controls.close()])
    registry.close()
  }
  return { dispatch, httpServer, close }
}
