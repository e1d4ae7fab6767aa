import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { fromMissingResource } from '../control-api/errors.ts'
import { addSecurityHeaders } from '../control-api/security-headers.ts'
import * as errors from '../openai-api/errors/catalogue.ts'
import { encodeReason } from '../openai-api/http/send-error.ts'
import type { ControlAppDeps } from './control-app.ts'

/**
 * Builds the app of the control API when its first request arrives. Many runs never use it, and building it takes a fifth of
 * a start (decision 15).
 */
export class LazyControlApp {
  readonly #deps: ControlAppDeps
  #app: Promise<FastifyInstance> | undefined

  constructor(deps: ControlAppDeps) {
    this.#deps = deps
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    addSecurityHeaders(response)
    this.#app ??= this.#build()
    this.#app.then(
      ({ routing }) => routing(request, response),
      (error) => this.#sendBuildError(error, response),
    )
  }

  async close(): Promise<void> {
    await (await this.#app?.catch(() => undefined))?.close()
  }

  async #build(): Promise<FastifyInstance> {
    try {
      const { buildControlApp } = await import('./control-app.ts')
      return await buildControlApp(this.#deps)
    } catch (error) {
      // The cause may be temporary: the next request tries again.
      this.#app = undefined
      throw error
    }
  }

  #sendBuildError(thrown: unknown, response: ServerResponse): void {
    const { log } = this.#deps
    const missing = fromMissingResource(thrown)
    if (missing === undefined) log.error({ err: thrown }, 'the control API could not be built')
    else log.error({ reason: missing.reason }, 'the control API could not be built')
    const { status, body, reason } = missing ?? errors.internalError()
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-emulator-reason': encodeReason(reason) })
      .end(JSON.stringify({ error: body }))
  }
}
