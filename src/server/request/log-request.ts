import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import { monotonicNow } from '../../common/clock.ts'
import { redact } from '../../common/redaction.ts'
import { credentialIn } from '../../openai-api/http/authentication.ts'
import { contextOf, operationIdOf } from './context.ts'
import { pathInSandbox, type RequestTarget } from './target.ts'

/** Returns whether a log of this level has a line for each request. */
export const logsRequests = (level: string): boolean => ['trace', 'debug', 'info'].includes(level)

/** How a request ended. */
interface Outcome {
  /** Undefined if no response was sent. */
  status?: number | undefined
  reason?: string | undefined
  err?: Error | undefined
}

/** Logs a request; health checks and controls only at `debug`. Never headers or bodies. */
export function logRequest(request: FastifyRequest, log: FastifyBaseLogger, { status, reason, err }: Outcome): void {
  if (!logsRequests(log.level)) return
  const { requestId, target, startedAt } = contextOf(request)
  const [path, query] = redactTarget(target, request.headers.authorization)
  log[requestId === '' ? 'debug' : 'info'](
    {
      request_id: requestId || undefined,
      sandbox: target.sandboxName,
      operation: operationIdOf(request),
      method: request.method,
      path,
      query: query || undefined,
      status,
      reason,
      duration_ms: Math.round((monotonicNow() - startedAt) * 1000) / 1000,
      err,
    },
    'request',
  )
}

/** Returns path and query without secrets. Redacts both together, because a token could contain the question mark. */
function redactTarget(target: RequestTarget, authorization: string | undefined): [path: string, query: string] {
  const path = pathInSandbox(target)
  const url = path + target.query
  const redacted = redact(url, credentialIn(authorization))
  if (redacted === url) return [path, target.query]
  const [, redactedPath = '', query = ''] = /^([^?]*)(.*)$/s.exec(redacted) ?? []
  return [redactedPath, query]
}
