import type { FastifyServerOptions } from 'fastify'

/**
 * Replaces Fastify's own compilers, which take longer to load than the rest of a start (decision 1). Responses are serialized
 * by JSON.stringify; a plugin that validates must bring its own validator compiler.
 */
export const schemaController: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: {
    buildValidator: () => () => {
      throw new Error('a route has a schema to validate, but its plugin has no validator compiler')
    },
    buildSerializer: () => () => JSON.stringify,
  },
}
