import type { FastifyReply, FastifyRequest } from 'fastify'
import * as controlErrors from '../../control-api/errors.ts'
import type { ApiError } from '../../openai-api/errors/api-error.ts'
import * as errors from '../../openai-api/errors/catalogue.ts'
import { authenticate, checkOrganization, scopeOf } from '../../openai-api/http/authentication.ts'
import { defaultSandbox } from '../../sandbox/names.ts'
import type { SandboxRegistry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { keepSandboxAliveWhileReceiving } from './body.ts'
import { contextOf } from './context.ts'

export type SandboxResolver = ReturnType<typeof createSandboxResolver>

/**
 * `fallbackRequestId` generates the ids of requests that reach no sandbox; `checkOrigin` throws for a request that a browser sends
 * on behalf of another site.
 */
export function createSandboxResolver(
  registry: SandboxRegistry,
  fallbackRequestId: () => string,
  checkOrigin: (request: FastifyRequest) => void,
) {
  /** Returns the sandbox that a request addresses, creating it if needed. Throws 403 `forbidden_origin` or 503 `sandbox_limit`. */
  function sandboxFor(request: FastifyRequest): Sandbox {
    // An invalid name matches no route.
    const { sandboxName = defaultSandbox } = contextOf(request).target
    if (registry.find(sandboxName) === undefined) checkOrigin(request)
    const sandbox = registry.getOrCreate(sandboxName)
    if (sandbox === undefined) throw controlErrors.sandboxLimit(sandboxName, registry.maxSandboxes)
    return sandbox
  }

  /** Assigns the request id and returns the error of a malformed request. Never creates a sandbox. */
  function identifyRequest(request: FastifyRequest): ApiError | undefined {
    const context = contextOf(request)
    const { sandboxName, isMalformed } = context.target
    context.sandbox = sandboxName === undefined ? undefined : registry.find(sandboxName)
    context.requestId = context.sandbox?.state.randomness.requestId() ?? fallbackRequestId()
    if (isMalformed) return errors.malformedUrl()
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) return errors.missingHost()
    return undefined
  }

  /** Assigns the request id, resolves the sandbox, creating it if needed, and authenticates. Throws ApiError. */
  function enterSandbox(request: FastifyRequest, reply: FastifyReply): void {
    const error = identifyRequest(request)
    if (error !== undefined) throw error
    const context = contextOf(request)
    const sandbox = sandboxFor(request)
    if (context.sandbox === undefined) {
      context.sandbox = sandbox
      context.requestId = sandbox.state.randomness.requestId()
    }
    context.sandboxSignal = sandbox.abortSignal
    if (request.method === 'POST') keepSandboxAliveWhileReceiving(sandbox, request, reply)
    const { keys, settings } = sandbox
    const { authorization, 'openai-organization': organization } = request.headers
    context.caller = authenticate(
      authorization,
      scopeOf(request.method),
      settings.behavior,
      keys.findCredential,
      sandbox.name,
    )
    checkOrganization(organization?.toString(), settings.organization.id, settings.behavior)
    if (context.caller !== undefined) sandbox.markUsed(context.caller)
  }

  return { enterSandbox, identifyRequest, sandboxFor }
}
