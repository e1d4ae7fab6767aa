import type { FastifyBaseLogger, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import { LogController } from 'fastify'
import { pino } from 'pino'
import { hideKeys } from '../common/redaction.ts'
import type { LogFormat, LogLevel } from '../config/option-specs.ts'
import { logRequest, logsRequests } from './request/log-request.ts'

/** Logs one line per response, with the API's field names. */
class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const reason = reply.getHeader('x-emulator-reason')?.toString()
    logRequest(request, request.log, { status: reply.statusCode, reason, err: error ?? undefined })
  }
}

export interface LogOptions {
  logLevel: LogLevel
  /** Undefined for `pretty` on a terminal and `json` elsewhere. */
  logFormat: LogFormat | undefined
}

/** Returns a log on standard error. */
export async function createLog({ logLevel, logFormat }: LogOptions): Promise<FastifyBaseLogger> {
  const stream = process.stderr
  const isPretty = (logFormat ?? (stream.isTTY ? 'pretty' : 'json')) === 'pretty'
  const format = isPretty ? (await import('./pretty-log.ts')).createPrettyFormat(stream) : (json: string) => json
  return pino({ level: logLevel, base: null }, dropWhenBackedUp(stream, format)) as FastifyBaseLogger
}

/** Returns Fastify's options for one line per request. Without such lines Fastify gets no log, which saves a tenth of a request. */
export function logOptions(log: FastifyBaseLogger, level: LogLevel): FastifyServerOptions {
  if (!logsRequests(level)) return { logger: false }
  return {
    loggerInstance: log,
    logController: new RequestLog(),
    // Every line names its request; a child logger per request would repeat that.
    childLoggerFactory: (logger) => logger,
  }
}

const maxBacklogBytes = 1024 * 1024

// The parent process may never read the log: it must neither fill the memory nor end the server.
function dropWhenBackedUp(stream: NodeJS.WriteStream, format: (json: string) => string): { write(json: string): void } {
  return {
    write(json) {
      // Whatever a line names may look like a key, such as a sandbox.
      if (stream.writableLength < maxBacklogBytes) stream.write(format(hideKeys(json)))
    },
  }
}
