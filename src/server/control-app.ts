import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { registerDocs } from '../control-api/docs.ts'
import { registerHealth } from '../control-api/health.ts'
import { openApiOptions } from '../control-api/openapi.ts'
import { registerControls } from '../control-api/plugin.ts'
import { exampleAnswers } from '../openai-api/admin-api-keys/examples.ts'
import { registerAdminApiKeys } from '../openai-api/admin-api-keys/routes.ts'
import { useApiSchemas } from '../openai-api/http/validation.ts'
import { createBareServer } from './fastify.ts'
import type { OurServerOptions } from './lazy-control-server.ts'
import { logOptions } from './logging.ts'

/** Builds the server of controls, document and pages, ready for `routing`. */
export async function buildOurApp(options: OurServerOptions): Promise<FastifyInstance> {
  const { registry, routes, checkHost, checkToken, pauses, isClosing, pipeline, log, logLevel, onServer } = options
  const app = createBareServer(logOptions(log, logLevel, { isOfOurs: true }))
  await app.register(swagger, openApiOptions)
  routes.watch(app)
  app.setErrorHandler(pipeline.handleError)
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) pipeline.refuseUnrouted(request)
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing()) reply.header('connection', 'close')
    done(null, payload)
  })
  app.register(documentApi)
  registerControls(app, { registry, addressed: pipeline.addressed, checkHost, checkToken, pauses, exampleAnswers })
  registerHealth(app)
  registerDocs(app, checkHost)
  onServer(app)
  await app.ready()
  return app
}

/** The API is answered elsewhere; here it is for the document. */
async function documentApi(api: FastifyInstance): Promise<void> {
  useApiSchemas(api)
  registerAdminApiKeys(api, () => {
    throw new Error('a request of the API reached the server of what is ours')
  })
}
