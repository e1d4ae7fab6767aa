import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { LogController } from 'fastify'
import type { LogLevel } from './config.ts'
import { exchangeOf } from './exchange.ts'
import { bearerToken } from './openai/auth.ts'
import { redact } from './redaction.ts'

/**
 * One line a request, when it is answered, in the API's words; probes and pages of ours only at `debug`.
 * No header and no body, for they may hold secrets.
 */
class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (this.isLogDisabled(request)) return
    const { requestId, sandbox, address } = exchangeOf(request)
    request.log[requestId === '' ? 'debug' : 'info'](
      {
        request_id: requestId || undefined,
        sandbox: sandbox?.name,
        operation: request.routeOptions.schema?.operationId,
        method: request.method,
        url: redact(address.sentPath + address.query, bearerToken(request.headers.authorization)),
        status: reply.statusCode,
        reason: reply.getHeader('x-emulator-reason'),
        duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
        err: error ?? undefined,
      },
      'request',
    )
  }
}

/** Fastify's options for a log on standard error; below `info` it costs a request nothing. */
export function logOptions(level: LogLevel): FastifyServerOptions {
  return {
    logger: { level, base: null, stream: unobtrusive(process.stderr) },
    logController: new RequestLog({ disableRequestLogging: !['trace', 'debug', 'info'].includes(level) }),
    // Every line of a request says which one it is about; a child logger for each would say it again.
    childLoggerFactory: (logger) => logger,
  }
}

// In bytes. Whoever starts us may never read what we log.
const longestBacklog = 1024 * 1024

/** Writes lines as long as somebody reads them: a log that nobody takes must neither fill the memory nor end the server. */
function unobtrusive(stream: NodeJS.WriteStream): { write(line: string): void } {
  return {
    write(line) {
      if (stream.writableLength < longestBacklog) stream.write(line)
    },
  }
}
