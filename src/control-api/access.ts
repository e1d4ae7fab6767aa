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

export interface AccessChecks {
  /** Throws 403 `forbidden_host`. */
  checkHost: Check
  /** Throws 403 `forbidden_host` or `forbidden_origin`. */
  checkPage: Check
  /** What a control requires: throws 403 `forbidden_host` or `forbidden_origin`, or 401 `control_token`. */
  checkControl: Check
}

/** Returns the checks that protect the control API from web pages and from clients without the control token. */
export function createAccessChecks({ allowedHosts, controlToken }: AccessOptions): AccessChecks {
  const allowed = new Set(allowedHosts.map((host) => host.toLowerCase()))
  const checkHost = createHostCheck(allowed)
  const checkOrigin = createOriginCheck(allowed)
  const checkToken = createTokenCheck(controlToken)
  function checkPage(request: FastifyRequest): void {
    checkHost(request)
    checkOrigin(request)
  }
  function checkControl(request: FastifyRequest): void {
    checkPage(request)
    checkToken(request)
  }
  return { checkHost, checkPage, checkControl }
}

const localNamePattern = /^[^.]+$|\.(localhost|local|internal|svc)$/

/**
 * Throws 403 `forbidden_host` for a public name: a web page could have rebound its own name to this server (DNS rebinding).
 * Addresses are allowed, and names without a dot, as in a compose network.
 */
function createHostCheck(allowed: ReadonlySet<string>): Check {
  return ({ headers }) => {
    const host = hostName(headers.host ?? '')
    const isLocal = host === '' || isIP(host) !== 0 || (isHostName(host) && localNamePattern.test(host))
    if (!isLocal && !allowed.has(host)) throw errors.forbiddenHost(host)
  }
}

/**
 * Throws 403 `forbidden_origin` for a request that a browser sends on behalf of another site: a page can send some without asking
 * first (a form, an image). Only browsers send these headers, and no page can change them.
 */
function createOriginCheck(allowed: ReadonlySet<string>): Check {
  return ({ headers }) => {
    if (headers['sec-fetch-site'] === 'cross-site') throw errors.crossSite()
    const { origin } = headers
    if (origin === undefined) return
    // Undefined for the origin "null" of a sandboxed page or a file.
    const host = URL.parse(origin)?.hostname.replace(/^\[(.*)\]$/, '$1')
    const isTrusted =
      host !== undefined && (isLoopback(host) || host === hostName(headers.host ?? '') || allowed.has(host))
    if (!isTrusted) throw errors.untrustedOrigin(origin)
  }
}

const isLoopback = (host: string) =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

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
