import type { Server } from 'node:http'
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import { schemaController } from '../schema/fastify-compilers.ts'
import { ErrorResponse, ErrorSchema } from '../schema/typebox.ts'
import { createContext } from './request/context.ts'

/** A server without a route, as both of ours begin. */
export function createFastify(options: FastifyHttpOptions<Server>): FastifyInstance {
  const app = Fastify({
    ...options,
    schemaController,
    rewriteUrl: createContext,
    exposeHeadRoutes: false,
    // Longer than a header may be, so that every id, however long, is looked up.
    routerOptions: { maxParamLength: 65_536 },
    return503OnClosing: false,
  })
  app.addHttpMethod('DELETE', { hasBody: false, overrideExisting: true })
  for (const component of [ErrorSchema, ErrorResponse]) app.addSchema(component)
  return app
}
