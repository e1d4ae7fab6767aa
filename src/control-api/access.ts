import { createHash, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { isHostName } from '../common/http-syntax.ts'
import { bearerToken } from '../openai-api/http/authentication.ts'
import * as errors from './errors.ts'

type Check = (request: FastifyRequest) => void

interface AccessOptions {
  allowedHosts: readonly string[]
  controlToken: string | undefined
}

/** Returns the checks that protect the control API: of the Host header (403) and of the control token (401). */
export const createAccessChecks = ({ allowedHosts, controlToken }: AccessOptions) => ({
  checkHost: createHostCheck(allowedHosts),
  checkToken: createTokenCheck(controlToken),
})

const localNamePattern = /^[^.]+$|\.(localhost|local|internal)$/

/**
 * Throws 403 `forbidden_host` for a public name: a web page could have rebound its own name to this server (DNS rebinding).
 * Addresses are allowed, and names without a dot, as in a compose network.
 */
function createHostCheck(allowedHosts: readonly string[]): Check {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  return ({ headers }) => {
    const host = hostName(headers.host ?? '')
    const isLocal = host === '' || isIP(host) !== 0 || (isHostName(host) && localNamePattern.test(host))
    if (!isLocal && !allowed.has(host)) throw errors.forbiddenHost(host)
  }
}

// Strips brackets, port and trailing dot; any other form is kept, so that the check rejects it.
function hostName(header: string): string {
  const [, address, name] = /^(?:\[([0-9a-f:.]*)\]|([\w.-]*))(?::\d*)?$/i.exec(header) ?? []
  return (address ?? name ?? header).toLowerCase().replace(/\.$/, '')
}

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Throws 401 `control_token` unless the request carries the token. Compares digests, so the time depends on neither text. */
function createTokenCheck(token: string | undefined): Check {
  if (token === undefined) return () => {}
  const expected = digest(token)
  return ({ headers }) => {
    const presented = digest(bearerToken(headers.authorization) ?? '')
    if (!timingSafeEqual(presented, expected)) throw errors.missingControlToken()
  }
}
