import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { addSecurityHeaders } from '../control-api/security-headers.ts'
import * as errors from '../openai-api/errors/catalogue.ts'
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
    const { buildControlApp } = await import('./control-app.ts')
    return buildControlApp(this.#deps)
  }

  #sendBuildError(error: unknown, response: ServerResponse): void {
    this.#deps.log.error({ err: error }, 'the control API could not be built')
    const { status, body } = errors.internalError()
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: body }))
  }
}
