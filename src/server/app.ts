import type { FastifyInstance } from 'fastify'
import { Pauses } from '../common/abort.ts'
import type { LogLevel } from '../config/options.ts'
import { registerHealth } from '../control-api/health.ts'
import { createHostCheck } from '../control-api/host-check.ts'
import { createTokenCheck } from '../control-api/token-check.ts'
import { registerAdminApiKeys } from '../openai-api/admin-api-keys/routes.ts'
import { acceptJsonBodies } from '../openai-api/http/request-body.ts'
import { answerOddRequests, createClientErrorHandler } from '../openai-api/http/socket-errors.ts'
import { useApiSchemas } from '../openai-api/http/validation.ts'
import { createRandomness } from '../sandbox/randomness.ts'
import { Registry, type RegistryOptions } from '../sandbox/registry.ts'
import { createBareServer } from './fastify.ts'
import { OurServer } from './lazy-control-server.ts'
import { createLog, logOptions } from './logging.ts'
import { installPipeline } from './request/api-plugin.ts'
import { bodyOf } from './request/body.ts'
import { createPipeline } from './request/pipeline.ts'
import { RouteTable } from './request/routing.ts'
import { watchClosing } from './shutdown.ts'

export interface AppOptions extends Omit<RegistryOptions, 'log'> {
  /** How long a request may take to arrive, in milliseconds: 30,000 unless given. */
  requestTimeout?: number
  allowedHosts: readonly string[]
  /** What the controls want to be shown; `undefined` for nothing. */
  controlToken?: string | undefined
  logLevel: LogLevel
  /** Is shown each of its two servers, before it is ready. */
  onServer?: (server: FastifyInstance) => void
}

/** Builds the whole server, ready for inject() or listen(). Reads no environment, opens no socket. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const {
    allowedHosts,
    controlToken,
    logLevel,
    requestTimeout = 30_000,
    onServer = () => {},
    ...registryOptions
  } = options
  const log = createLog(logLevel)
  const registry = new Registry({ ...registryOptions, log })
  const unroutedId = createRandomness().requestId
  const surroundings = { requestId: unroutedId, log }
  const app = createBareServer({
    ...logOptions(log, logLevel),
    // Against requests that never end to arrive.
    requestTimeout,
    clientErrorHandler: createClientErrorHandler(surroundings),
    // Node would answer with an empty body; we say what is missing.
    http: {
      requireHostHeader: false,
      headersTimeout: requestTimeout,
      connectionsCheckingInterval: Math.min(1000, requestTimeout),
    },
  })
  answerOddRequests(app.server, surroundings)

  const routes = new RouteTable()
  routes.watch(app)
  const checkHost = createHostCheck(allowedHosts)
  const checkToken = createTokenCheck(controlToken)
  const pauses = new Pauses()
  app.addHook('preClose', async () => pauses.end())
  const isClosing = watchClosing(app)
  const pipeline = createPipeline({ registry, routes, unroutedId, checkHost, checkToken, pauses, isClosing, log })
  const ours = new OurServer({
    registry,
    routes,
    checkHost,
    checkToken,
    pauses,
    isClosing,
    pipeline,
    log,
    logLevel,
    onServer,
  })
  installPipeline(app, pipeline, {
    registerApi(api) {
      acceptJsonBodies(api, bodyOf)
      useApiSchemas(api)
      registerAdminApiKeys(api, pipeline.operate)
    },
    answerOurs: (request, reply) => ours.answer(request, reply),
  })
  registerHealth(app)
  onServer(app)
  app.addHook('onClose', async () => {
    await ours.close()
    registry.close()
  })
  return app
}
