import type { FastifyInstance } from 'fastify'

// All else is the emulated API's.
const controlPathPattern = /^\/(_emulator|docs)(\/|$)|^\/(health|ready|openapi\.yaml|openapi\.json)$/

const misplacedControlPattern = /^\/.+\/_emulator(\/|$)/

/** Which methods each path has: a router says only whether one method does. */
export class AllowedMethods {
  readonly #routes = new Map<string, { pattern: RegExp; methods: string[] }>()

  /** Notes every route that is registered on `app` from now on. */
  collect(app: FastifyInstance): void {
    app.addHook('onRoute', ({ url, method }) => {
      const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+').replace('*', '.*')}$`)
      const route = this.#routes.get(url) ?? { pattern, methods: [] }
      route.methods = [...new Set([...route.methods, ...[method].flat()])]
      this.#routes.set(url, route)
    })
  }

  /** The methods of a path without its query; `undefined` for an unknown one. */
  methodsOf(path: string): string[] | undefined {
    for (const { pattern, methods } of this.#routes.values()) {
      if (pattern.test(path)) return methods
    }
    return undefined
  }

  /** Whether a path belongs to the emulator itself rather than to what it emulates. */
  isControlRoute(path: string): boolean {
    return controlPathPattern.test(path)
  }

  /** Whether somebody looks for a control where none is. */
  looksLikeControlUrl(path: string): boolean {
    return misplacedControlPattern.test(path) && this.methodsOf(path) === undefined
  }
}
