import swagger from '@fastify/swagger'
import Fastify, { type FastifyInstance } from 'fastify'
import { registerAdminApiKeys } from './admin-api-keys/routes.ts'
import type { LogLevel } from './config.ts'
import { registerDocs } from './control/docs.ts'
import { registerHealth } from './control/health.ts'
import { createHostCheck } from './control/host-check.ts'
import { beginExchange } from './exchange.ts'
import { logOptions } from './logging.ts'
import { acceptJsonBodies } from './openai/body.ts'
import { answerOddRequests, createClientErrorHandler } from './openai/client-errors.ts'
import { ErrorResponse, ErrorSchema } from './openai/schemas.ts'
import { useApiSchemas } from './openai/validation.ts'
import { openApiOptions } from './openapi.ts'
import { createPipeline, installPipeline } from './pipeline.ts'
import { RouteTable } from './route-table.ts'
import { createRandomness } from './sandbox/randomness.ts'
import { Registry, type RegistryOptions } from './sandbox/registry.ts'
import { finishWhenClosing } from './shutdown.ts'

export interface AppOptions extends Omit<RegistryOptions, 'onIdle'> {
  allowedHosts: readonly string[]
  logLevel: LogLevel
}

/** Builds the whole server, ready for inject() or listen(). Reads no environment, opens no socket. */
export async function buildApp({ allowedHosts, logLevel, ...registryOptions }: AppOptions): Promise<FastifyInstance> {
  const onIdle = (sandbox: string) => app.log.info({ sandbox }, 'sandbox removed: it was idle')
  const registry = new Registry({ ...registryOptions, onIdle })
  const unroutedId = createRandomness().requestId
  const app = Fastify({
    ...logOptions(logLevel),
    rewriteUrl: beginExchange,
    exposeHeadRoutes: false,
    // Longer than a header may be, so that every id, however long, is looked up.
    routerOptions: { maxParamLength: 65_536 },
    // Against a body that never ends to arrive, in milliseconds.
    requestTimeout: 30_000,
    return503OnClosing: false,
    clientErrorHandler: createClientErrorHandler(unroutedId),
    // Node would answer with an empty body; we say what is missing.
    http: { requireHostHeader: false },
  })
  app.addHttpMethod('DELETE', { hasBody: false, overrideExisting: true })
  answerOddRequests(app.server, unroutedId)
  app.setSerializerCompiler(() => JSON.stringify)
  acceptJsonBodies(app)
  await app.register(swagger, openApiOptions)
  for (const component of [ErrorSchema, ErrorResponse]) app.addSchema(component)

  const routes = new RouteTable()
  routes.watch(app)
  const pipeline = createPipeline(registry, routes, unroutedId)
  installPipeline(app, pipeline, (api) => {
    useApiSchemas(api)
    registerAdminApiKeys(api, pipeline.operate)
  })
  registerHealth(app)
  registerDocs(app, createHostCheck(allowedHosts))
  finishWhenClosing(app)
  app.addHook('onClose', async () => registry.close())
  return app
}
