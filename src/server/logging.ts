import type { FastifyBaseLogger, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { LogController } from 'fastify'
import { pino } from 'pino'
import { monotonicNow } from '../common/clock.ts'
import { redact } from '../common/redaction.ts'
import type { LogLevel } from '../config/options.ts'
import { bearerToken } from '../openai-api/http/authentication.ts'
import { contextOf, operationIdOf } from './request/context.ts'

/**
 * One line a request, when it is answered, in the API's words; probes and pages of ours only at `debug`.
 * No header and no body, for they may hold secrets.
 */
class RequestLog extends LogController {
  readonly #isControlLog: boolean

  constructor(isControlLog: boolean) {
    super()
    this.#isControlLog = isControlLog
  }

  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { isControlRoute, requestId, sandbox, target, startedAt } = contextOf(request)
    // What was handed on is told by whom it was handed to.
    if (isControlRoute !== this.#isControlLog) return
    request.log[requestId === '' ? 'debug' : 'info'](
      {
        request_id: requestId || undefined,
        sandbox: sandbox?.name,
        operation: operationIdOf(request),
        method: request.method,
        url: redact(target.rawPath + target.query, bearerToken(request.headers.authorization)),
        status: reply.statusCode,
        reason: reply.getHeader('x-emulator-reason'),
        duration_ms: Math.round((monotonicNow() - startedAt) * 1000) / 1000,
        err: error ?? undefined,
      },
      'request',
    )
  }
}

/** A log on standard error: pino, as Fastify brings it. */
export const createLog = (level: LogLevel): FastifyBaseLogger =>
  pino({ level, base: null }, dropWhenBackedUp(process.stderr)) as FastifyBaseLogger

/** Fastify's part of it: one line a request. Where no such line is wanted Fastify keeps no log, which costs a tenth less. */
export function logOptions(
  log: FastifyBaseLogger,
  level: LogLevel,
  { isControlLog = false } = {},
): FastifyServerOptions {
  if (!['trace', 'debug', 'info'].includes(level)) return { logger: false }
  return {
    loggerInstance: log,
    logController: new RequestLog(isControlLog),
    // Every line of a request says which one it is about; a child logger for each would say it again.
    childLoggerFactory: (logger) => logger,
  }
}

// In bytes. Whoever starts us may never read what we log.
const maxBacklogBytes = 1024 * 1024

/** Writes lines as long as somebody reads them: a log that nobody takes must neither fill the memory nor end the server. */
function dropWhenBackedUp(stream: NodeJS.WriteStream): { write(line: string): void } {
  return {
    write(line) {
      if (stream.writableLength < maxBacklogBytes) stream.write(line)
    },
  }
}
