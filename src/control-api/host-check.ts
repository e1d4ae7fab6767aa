import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { isHostName } from '../common/host-name.ts'
import * as errors from './errors.ts'

const localNamePattern = /^[^.]+$|\.(localhost|local|internal)$/

/**
 * Refuses a request whose Host is a public name, for a page could have rebound that name to us (DNS rebinding).
 * Throws 403 `forbidden_host`. A name without a dot, as in a compose network, and an address are fine.
 */
export function createHostCheck(allowedHosts: readonly string[]): (request: FastifyRequest) => void {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  return ({ headers }) => {
    const host = hostName(headers.host ?? '')
    const isLocal = host === '' || isIP(host) !== 0 || (isHostName(host) && localNamePattern.test(host))
    if (!isLocal && !allowed.has(host)) throw errors.forbiddenHost(host)
  }
}

/** The name or address without brackets, port and the root's dot; what has not that form is taken whole. */
function hostName(header: string): string {
  const [, address, name] = /^(?:\[([0-9a-f:.]*)\]|([\w.-]*))(?::\d*)?$/i.exec(header) ?? []
  return (address ?? name ?? header).toLowerCase().replace(/\.$/, '')
}
