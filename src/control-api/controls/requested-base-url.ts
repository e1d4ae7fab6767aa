import type { FastifyRequest } from 'fastify'
import { toAuthority } from '../../common/http-syntax.ts'
import { sandboxBaseUrl } from '../../sandbox/names.ts'

/** Returns the base URL by which the client of this request reaches a sandbox. */
export function requestedBaseUrl(name: string, { headers, protocol, socket }: FastifyRequest): string {
  return sandboxBaseUrl(`${protocol}://${headers.host ?? toAuthority(socket.localAddress, socket.localPort)}`, name)
}
