import type { FastifyInstance } from 'fastify'
import { Pauses } from '../common/abort.ts'
import type { LogLevel } from '../config/options.ts'
import { registerHealth } from '../control-api/health.ts'
import { createHostCheck } from '../control-api/host-check.ts'
import { createTokenCheck } from '../control-api/token-check.ts'
import { registerAdminApiKeys } from '../openai-api/admin-api-keys/routes.ts'
import { useJsonBodies } from '../openai-api/http/request-body.ts'
import { createClientErrorHandler, handleConnectAndExpect } from '../openai-api/http/socket-errors.ts'
import { useApiValidation } from '../openai-api/http/validation.ts'
import { createRandomness } from '../sandbox/randomness.ts'
import { Registry, type RegistryOptions } from '../sandbox/registry.ts'
import { createFastify } from './fastify.ts'
import { LazyControlServer } from './lazy-control-server.ts'
import { createLog, logOptions } from './logging.ts'
import { installPipeline } from './request/api-plugin.ts'
import { getBody } from './request/body.ts'
import { createPipeline } from './request/pipeline.ts'
import { AllowedMethods } from './request/routing.ts'
import { watchClosing } from './shutdown.ts'

export interface AppOptions extends Omit<RegistryOptions, 'log'> {
  /** How long a request may take to arrive, in milliseconds: 30,000 unless given. */
  requestTimeout?: number
  allowedHosts: readonly string[]
  /** What the controls want to be shown; `undefined` for nothing. */
  controlToken?: string | undefined
  logLevel: LogLevel
  /** Is shown each of its two servers, before it is ready. */
  onAppCreated?: (server: FastifyInstance) => void
}

/** Builds the whole server, ready for inject() or listen(). Reads no environment, opens no socket. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const {
    allowedHosts,
    controlToken,
    logLevel,
    requestTimeout = 30_000,
    onAppCreated = () => {},
    ...registryOptions
  } = options
  const log = createLog(logLevel)
  const registry = new Registry({ ...registryOptions, log })
  const fallbackRequestId = createRandomness().requestId
  const deps = { requestId: fallbackRequestId, log }
  const app = createFastify({
    ...logOptions(log, logLevel),
    // Against requests that never end to arrive.
    requestTimeout,
    clientErrorHandler: createClientErrorHandler(deps),
    // Node would answer with an empty body; we say what is missing.
    http: {
      requireHostHeader: false,
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: Math.min(1000, requestTimeout),
    },
  })
  handleConnectAndExpect(app.server, deps)

  const routes = new AllowedMethods()
  routes.collect(app)
  const checkHost = createHostCheck(allowedHosts)
  const checkToken = createTokenCheck(controlToken)
  const pauses = new Pauses()
  app.addHook('preClose', async () => pauses.end())
  const isClosing = watchClosing(app)
  const pipeline = createPipeline({
    registry,
    routes,
    fallbackRequestId,
    checkHost,
    checkToken,
    pauses,
    isClosing,
    log,
  })
  const controlServer = new LazyControlServer({
    registry,
    routes,
    checkHost,
    checkToken,
    pauses,
    isClosing,
    pipeline,
    log,
    logLevel,
    onAppCreated,
  })
  installPipeline(app, pipeline, {
    registerApi(api) {
      useJsonBodies(api, getBody)
      useApiValidation(api)
      registerAdminApiKeys(api, pipeline.runOperation)
    },
    handleControlRequest: (request, reply) => controlServer.handle(request, reply),
  })
  registerHealth(app)
  onAppCreated(app)
  app.addHook('onClose', async () => {
    await controlServer.close()
    registry.close()
  })
  return app
}
