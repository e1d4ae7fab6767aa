import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import * as errors from './errors.ts'

const localDomain = /^[\w.-]+\.(localhost|local|internal)$/

/**
 * Refuses a request whose Host is a public name, for a page could have rebound that name to us (DNS rebinding).
 * Throws 403 `forbidden_host`. A name without a dot, as in a compose network, and an address are fine.
 */
export function createHostCheck(allowedHosts: readonly string[]): (request: FastifyRequest) => void {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  return ({ headers }) => {
    const host = hostName(headers.host ?? '')
    const isLocal = /^[\w-]*$/.test(host) || isIP(host) !== 0 || localDomain.test(host)
    if (!isLocal && !allowed.has(host)) throw errors.forbiddenHost(host)
  }
}

/** The name or address without brackets, port and the root's dot; what has not that form is taken whole. */
function hostName(header: string): string {
  const [, address, name] = /^(?:\[([0-9a-f:.]*)\]|([\w.-]*))(?::\d*)?$/i.exec(header) ?? []
  return (address ?? name ?? header).toLowerCase().replace(/\.$/, '')
}
