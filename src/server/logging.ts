import type { FastifyBaseLogger, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { LogController } from 'fastify'
import { pino } from 'pino'
import { monotonicNow } from '../common/clock.ts'
import { hideKeys, redact } from '../common/redaction.ts'
import type { LogLevel } from '../config/options.ts'
import { bearerToken } from '../openai-api/http/authentication.ts'
import { contextOf, operationIdOf } from './request/context.ts'

/** Logs one line per response, in the API's words; health checks and controls only at `debug`. Never headers or bodies. */
class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const { requestId, sandbox, target, startedAt } = contextOf(request)
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

/** Returns a log on standard error. */
export const createLog = (level: LogLevel): FastifyBaseLogger =>
  pino({ level, base: null }, dropWhenBackedUp(process.stderr)) as FastifyBaseLogger

/** Returns Fastify's options for one line per request. Without such lines Fastify gets no log, which saves a tenth of a request. */
export function logOptions(log: FastifyBaseLogger, level: LogLevel): FastifyServerOptions {
  if (!['trace', 'debug', 'info'].includes(level)) return { logger: false }
  return {
    loggerInstance: log,
    logController: new RequestLog(),
    // Every line names its request; a child logger per request would repeat that.
    childLoggerFactory: (logger) => logger,
  }
}

const maxBacklogBytes = 1024 * 1024

// The parent process may never read the log: it must neither fill the memory nor end the server.
function dropWhenBackedUp(stream: NodeJS.WriteStream): { write(line: string): void } {
  return {
    write(line) {
      // Whatever a line names may look like a key, such as a sandbox.
      if (stream.writableLength < maxBacklogBytes) stream.write(hideKeys(line))
    },
  }
}
