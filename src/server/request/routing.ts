import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { RequestTarget } from './target.ts'

/** The methods that each path of an app allows. Fastify's router only tells whether it knows one method of a path. */
export class RouteTable {
  readonly #routes = new Map<string, { pattern: RegExp; methods: string[] }>()

  /** Records every route that is registered on `app` from now on. */
  collect(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+').replace('*', '.*')}$`)
      const route = this.#routes.get(url) ?? { pattern, methods: [] }
      route.methods = [...new Set([...route.methods, ...[method].flat()])]
      this.#routes.set(url, route)
    })
  }

  /** Returns the methods of a path without its query, or undefined for an unknown path. */
  methodsOf(path: string): string[] | undefined {
    for (const { pattern, methods } of this.#routes.values()) {
      if (pattern.test(path)) return methods
    }
    return undefined
  }
}

const controlPathPattern = /^\/(_emulator|docs)(\/|$)|^\/(health|ready|openapi\.yaml|openapi\.json)$/

const misplacedControlPattern = /^\/.+\/_emulator(\/|$)/

/** Returns whether a path belongs to the control API. */
export const isControlPath = (path: string): boolean => controlPathPattern.test(path)

/** Returns whether a path has `/_emulator` below a prefix without controls, such as `/v1/_emulator/clock`. */
export const isMisplacedControlPath = (path: string): boolean => misplacedControlPattern.test(path)

/** Returns the path that a request addresses within its sandbox. */
export const sandboxPath = ({ url, rawPath, isMalformed }: RequestTarget): string =>
  isMalformed ? stripSandbox(rawPath) : url.replace(/[?#].*/s, '')

// A malformed path must still get the control API's error.
const stripSandbox = (path: string) => path.replace(/^\/sandbox\/[^/]+(?=\/_emulator\/)/, '')

/**
 * Returns whether Fastify found no route by itself. It does so for methods that its 404 router does not know (PLAY), for which
 * `request.is404` is never true in a hook.
 */
export const isFastifyNotFound = (thrown: unknown): boolean =>
  (thrown as { code?: unknown } | null)?.code === 'FST_ERR_NOT_FOUND'

/** Rejects requests without a route before their body is read. */
export function rejectUnknownRoutes(app: FastifyInstance, unknownRouteError: (request: FastifyRequest) => Error): void {
  app.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? unknownRouteError(request) : undefined)
  })
}
