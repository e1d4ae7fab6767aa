import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspectorPath } from '../../control-api/inspector-path.ts'
import { addSecurityHeaders } from '../../control-api/security-headers.ts'

/** Returns whether a browser asks for a page. curl and clients of the API do not name HTML. */
export const wantsPage = ({ method, headers }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true

/** Sends a browser to the inspector. */
export function redirectToInspector(_request: IncomingMessage, response: ServerResponse): void {
  addSecurityHeaders(response)
  response.writeHead(302, { location: inspectorPath, vary: 'Accept', 'content-length': 0 }).end()
}
