import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { ErrorResponse, ErrorSchema } from '../openai-api/errors/schemas.ts'
import { schemaController } from '../schema/fastify-compilers.ts'
import { routedUrl } from './request/context.ts'

/** Creates a Fastify instance with what both apps have in common. Its requests come from the dispatcher. */
export function createFastify(options: FastifyServerOptions): FastifyInstance {
  const app = Fastify({
    ...options,
    schemaController,
    rewriteUrl: routedUrl,
    exposeHeadRoutes: false,
    // Longer than any request line can be, so that every id is looked up, however long.
    routerOptions: { maxParamLength: 65_536 },
    return503OnClosing: false,
  })
  app.addHttpMethod('DELETE', { hasBody: false, overrideExisting: true })
  for (const component of [ErrorSchema, ErrorResponse]) app.addSchema(component)
  return app
}
