import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { registerDocs } from '../control-api/docs.ts'
import { registerHealth } from '../control-api/health.ts'
import { openApiOptions } from '../control-api/openapi.ts'
import { registerControls } from '../control-api/plugin.ts'
import { exampleResponses } from '../openai-api/admin-api-keys/examples.ts'
import { registerAdminApiKeys } from '../openai-api/admin-api-keys/routes.ts'
import { useApiValidation } from '../openai-api/http/validation.ts'
import { createFastify } from './fastify.ts'
import type { ControlAppDeps } from './lazy-control-server.ts'
import { logOptions } from './logging.ts'

/** Builds the server of controls, document and pages, ready for `routing`. */
export async function buildControlApp(options: ControlAppDeps): Promise<FastifyInstance> {
  const { registry, routes, checkHost, checkToken, pauses, isClosing, pipeline, log, logLevel, onAppCreated } = options
  const app = createFastify(logOptions(log, logLevel, { isControlLog: true }))
  await app.register(swagger, openApiOptions)
  routes.collect(app)
  app.setErrorHandler(pipeline.handleError)
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) pipeline.rejectUnknownRoute(request)
    done()
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing()) reply.header('connection', 'close')
    done(null, payload)
  })
  app.register(registerApiForDocs)
  registerControls(app, { registry, sandboxFor: pipeline.sandboxFor, checkHost, checkToken, pauses, exampleResponses })
  registerHealth(app)
  registerDocs(app, checkHost)
  onAppCreated(app)
  await app.ready()
  return app
}

/** The API is answered elsewhere; here it is for the document. */
async function registerApiForDocs(api: FastifyInstance): Promise<void> {
  useApiValidation(api)
  registerAdminApiKeys(api, () => {
    throw new Error('a request of the API reached the server of what is ours')
  })
}
