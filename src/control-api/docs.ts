import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { schemaController } from '../schema/fastify-compilers.ts'
import * as errors from './errors.ts'

/** The document at `/openapi.yaml` and `/openapi.json`, and pages to read and try it at `/docs`. */
export function registerDocs(app: FastifyInstance, checkHost: (request: FastifyRequest) => void): void {
  const onRequest = (request: FastifyRequest, _reply: unknown, done: () => void) => {
    checkHost(request)
    done()
  }
  const options = { schema: { hide: true }, onRequest }
  let pages: Promise<FastifyInstance> | undefined

  app.get('/openapi.json', options, (_request, reply) => reply.send(app.swagger()))
  app.get('/openapi.yaml', options, (_request, reply) =>
    reply.type('application/yaml').send(app.swagger({ yaml: true })),
  )
  for (const url of ['/docs', '/docs/*']) {
    app.get(url, options, async (request, reply) => {
      pages ??= loadPages(app)
      const { routing } = await pages
      reply.hijack()
      // No hook of ours sees this answer; its connection must not outlive a stop.
      reply.raw.setHeader('connection', 'close')
      routing(request.raw, reply.raw)
    })
  }
  app.addHook('onClose', async () => (await pages)?.close())
}

/** A server of its own, made when somebody first looks: it would cost every start otherwise. */
async function loadPages(app: FastifyInstance): Promise<FastifyInstance> {
  const [{ default: swagger }, { default: swaggerUi }] = await Promise.all([
    import('@fastify/swagger'),
    import('@fastify/swagger-ui'),
  ])
  const pages = Fastify({ schemaController, routerOptions: { ignoreTrailingSlash: true } })
  const refuse = ({ method, url }: FastifyRequest, reply: FastifyReply) => {
    const error = errors.unknownControlUrl(method, url)
    return reply.code(error.status).send({ error: error.body })
  }
  pages.setNotFoundHandler(refuse)
  pages.setErrorHandler((_error, request, reply) => refuse(request, reply))
  // The cast: @fastify/swagger types a document more narrowly than it makes one.
  await pages.register(swagger, { mode: 'static', specification: { document: app.swagger() as never } })
  // No validatorUrl: it would be an address on the internet.
  await pages.register(swaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null, deepLinking: true } })
  await pages.ready()
  return pages
}
