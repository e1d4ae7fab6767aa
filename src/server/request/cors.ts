import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { targetOf } from './context.ts'
import { isControlPath, sandboxPath } from './routing.ts'

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'

// Response headers that pages may read, besides the ones that CORS always allows.
const exposedHeaders = [
  'openai-organization',
  'openai-processing-ms',
  'openai-version',
  'retry-after',
  'retry-after-ms',
  'www-authenticate',
  'x-emulator-reason',
  'x-request-id',
  'x-should-retry',
].join(', ')

/**
 * Wraps a listener to add CORS headers for these origins to its responses, except to health checks. Responds to preflight requests
 * itself; they reach neither a sandbox nor its journal.
 */
export function allowOrigins(origins: readonly string[], handle: RequestListener): RequestListener {
  if (origins.length === 0) return handle
  const isAllowed = (origin: string) => origins.includes('*') || origins.includes(origin)
  return (request: IncomingMessage, response: ServerResponse) => {
    if (isControlPath(sandboxPath(targetOf(request)))) return handle(request, response)
    response.setHeader('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !isAllowed(origin)) return handle(request, response)
    response.setHeader('access-control-allow-origin', origin)
    if (isPreflight(request)) return respondToPreflight(request, response)
    response.setHeader('access-control-expose-headers', exposedHeaders)
    handle(request, response)
  }
}

const isPreflight = ({ method, headers }: IncomingMessage) =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

function respondToPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('vary', 'Origin, Access-Control-Request-Headers')
  response.setHeader('access-control-allow-methods', methods)
  // Clients add custom headers, such as `x-stainless-os`, and `*` would not include `authorization`.
  const requested = headers['access-control-request-headers']
  if (requested !== undefined) response.setHeader('access-control-allow-headers', requested)
  response.setHeader('access-control-max-age', 600)
  response.writeHead(204).end()
}
