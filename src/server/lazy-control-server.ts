import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { LogLevel } from '../config/options.ts'
import type { ControlDeps } from '../control-api/plugin.ts'
import * as errors from '../openai-api/errors/catalogue.ts'
import { contextOf } from './request/context.ts'
import type { Pipeline } from './request/pipeline.ts'
import type { AllowedMethods } from './request/routing.ts'

export interface ControlAppDeps extends Pick<ControlDeps, 'registry' | 'checkHost' | 'checkToken' | 'pauses'> {
  routes: AllowedMethods
  pipeline: Pipeline
  /** Whether the server is about to stop. */
  isClosing: () => boolean
  log: FastifyBaseLogger
  logLevel: LogLevel
  onAppCreated: (server: FastifyInstance) => void
}

/**
 * The server of what is ours, the probes apart: controls, the document, pages. It is made when it is first asked for anything: most
 * who start an emulator ask for none of it, or not at once, and it would be a fifth of every start (decisions/0013).
 */
export class LazyControlServer {
  readonly #deps: ControlAppDeps
  #app: Promise<FastifyInstance> | undefined

  constructor(options: ControlAppDeps) {
    this.#deps = options
  }

  /** Answers a request of another server in its place. */
  handle(request: FastifyRequest, reply: FastifyReply): void {
    contextOf(request).isControlRoute = true
    reply.hijack()
    this.#app ??= this.#build()
    this.#app.then(
      ({ routing }) => routing(request.raw, reply.raw),
      (error) => this.#sendBuildError(error, reply),
    )
  }

  async close(): Promise<void> {
    await (await this.#app?.catch(() => undefined))?.close()
  }

  async #build(): Promise<FastifyInstance> {
    const { buildControlApp } = await import('./control-app.ts')
    return buildControlApp(this.#deps)
  }

  #sendBuildError(error: unknown, { raw }: FastifyReply): void {
    this.#deps.log.error({ err: error }, 'the controls could not be made')
    const { status, body } = errors.internalError()
    raw.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: body }))
  }
}
