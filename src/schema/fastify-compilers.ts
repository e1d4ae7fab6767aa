import type { FastifyServerOptions } from 'fastify'

/**
 * Stand where Fastify would load its own compilers, which take longer than all else of a start (decisions/0001). Answers
 * are written by JSON.stringify; whoever has something to validate brings a validator.
 */
export const schemaController: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: {
    buildValidator: () => () => {
      throw new Error('a route has something to validate, and its context no validator')
    },
    buildSerializer: () => () => JSON.stringify,
  },
}
