import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { schemaController } from '../schema/fastify-compilers.ts'
import * as errors from './errors.ts'

/** The document at `/openapi.yaml` and `/openapi.json`, and pages to read and try it at `/docs`. */
export function registerDocs(app: FastifyInstance, checkHost: (request: FastifyRequest) => void): void {
  const onRequest = (request: FastifyRequest, _reply: unknown, done: () => void) => {
    checkHost(request)
    done()
  }
  const routeOptions = { schema: { hide: true }, onRequest }
  let docsApp: Promise<FastifyInstance> | undefined

  app.get('/openapi.json', routeOptions, (_request, reply) => reply.send(app.swagger()))
  app.get('/openapi.yaml', routeOptions, (_request, reply) =>
    reply.type('application/yaml').send(app.swagger({ yaml: true })),
  )
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, routeOptions, async (request, reply) => {
      docsApp ??= buildDocsApp(app)
      const { routing } = await docsApp
      reply.hijack()
      // No hook of ours sees this answer; its connection must not outlive a stop.
      reply.raw.setHeader('connection', 'close')
      routing(request.raw, reply.raw)
    })
  }
  app.addHook('onClose', async () => (await docsApp)?.close())
}

/** A server of its own, made when somebody first looks: it would cost every start otherwise. */
async function buildDocsApp(app: FastifyInstance): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ])
  const docsApp = Fastify({ schemaController, routerOptions: { ignoreTrailingSlash: true } })
  const sendNotFound = ({ method, url }: FastifyRequest, reply: FastifyReply) => {
    const error = errors.unknownControlUrl(method, url)
    return reply.code(error.status).send({ error: error.body })
  }
  docsApp.setNotFoundHandler(sendNotFound)
  docsApp.setErrorHandler((_error, request, reply) => sendNotFound(request, reply))
  // The cast: @fastify/swagger types a document more narrowly than it makes one.
  await docsApp.register(swagger, { mode: 'static', specification: { document: app.swagger() as never } })
  // No validatorUrl: it would be an address on the internet.
  await docsApp.register(swaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null, deepLinking: true } })
  await docsApp.ready()
  return docsApp
}
