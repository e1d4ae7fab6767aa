import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { LogLevel } from '../config/options.ts'
import type { ControlOptions } from '../control-api/plugin.ts'
import * as errors from '../openai-api/errors/catalogue.ts'
import { exchangeOf } from './request/context.ts'
import type { Pipeline } from './request/pipeline.ts'
import type { RouteTable } from './request/routing.ts'

export interface OurServerOptions extends Pick<ControlOptions, 'registry' | 'checkHost' | 'checkToken' | 'pauses'> {
  routes: RouteTable
  pipeline: Pipeline
  /** Whether the server is about to stop. */
  isClosing: () => boolean
  log: FastifyBaseLogger
  logLevel: LogLevel
  onServer: (server: FastifyInstance) => void
}

/**
 * The server of what is ours, the probes apart: controls, the document, pages. It is made when it is first asked for anything: most
 * who start an emulator ask for none of it, or not at once, and it would be a fifth of every start (decisions/0013).
 */
export class OurServer {
  readonly #options: OurServerOptions
  #server: Promise<FastifyInstance> | undefined

  constructor(options: OurServerOptions) {
    this.#options = options
  }

  /** Answers a request of another server in its place. */
  answer(request: FastifyRequest, reply: FastifyReply): void {
    exchangeOf(request).isOurs = true
    reply.hijack()
    this.#server ??= this.#make()
    this.#server.then(
      ({ routing }) => routing(request.raw, reply.raw),
      (error) => this.#fail(error, reply),
    )
  }

  async close(): Promise<void> {
    await (await this.#server?.catch(() => undefined))?.close()
  }

  async #make(): Promise<FastifyInstance> {
    const { buildOurApp } = await import('./control-app.ts')
    return buildOurApp(this.#options)
  }

  #fail(error: unknown, { raw }: FastifyReply): void {
    this.#options.log.error({ err: error }, 'the controls could not be made')
    const { status, body } = errors.internalError()
    raw.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: body }))
  }
}
