import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Registers the OpenAPI document at `/openapi.yaml` and `/openapi.json`, and pages to read and try it at `/docs`. */
export function registerDocs(app: FastifyInstance, checkHost: (request: FastifyRequest) => void): void {
  app.register(async (docs) => {
    docs.addHook('onRequest', (request, _reply, done) => {
      checkHost(request)
      done()
    })
    const schema = { hide: true }
    docs.get('/openapi.json', { schema }, (_request, reply) => reply.send(app.swagger()))
    docs.get('/openapi.yaml', { schema }, (_request, reply) =>
      reply.type('application/yaml').send(app.swagger({ yaml: true })),
    )
    // Without a validatorUrl the page would send the document to a server on the internet.
    await docs.register(swaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null, deepLinking: true } })
  })
}
