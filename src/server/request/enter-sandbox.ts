import type { FastifyReply, FastifyRequest } from 'fastify'
import * as controlErrors from '../../control-api/errors.ts'
import type { ApiError } from '../../openai-api/errors/api-error.ts'
import * as errors from '../../openai-api/errors/catalogue.ts'
import { authenticate, scopeOf } from '../../openai-api/http/authentication.ts'
import { defaultSandbox } from '../../sandbox/names.ts'
import type { SandboxRegistry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { keepSandboxAliveWhileReceiving } from './body.ts'
import { contextOf } from './context.ts'

export interface SandboxAccess {
  /** Assigns the request id, resolves the sandbox, creating it if needed, and authenticates. Throws ApiError. */
  enter(request: FastifyRequest, reply: FastifyReply): void
  /** Assigns the request id and returns the error of a malformed request. Never creates a sandbox. */
  visit(request: FastifyRequest): ApiError | undefined
  /** Returns the sandbox that a control addresses, creating it if needed. Throws 503 `sandbox_limit`. */
  sandboxFor(request: FastifyRequest): Sandbox
}

/** `fallbackRequestId` generates the ids of requests that reach no sandbox. */
export function createSandboxAccess(registry: SandboxRegistry, fallbackRequestId: () => string): SandboxAccess {
  function getOrCreateSandbox(name: string): Sandbox {
    const sandbox = registry.getOrCreate(name)
    if (sandbox === undefined) throw controlErrors.sandboxLimit(name, registry.maxSandboxes)
    return sandbox
  }

  function visit(request: FastifyRequest): ApiError | undefined {
    const context = contextOf(request)
    const { sandbox, isMalformed } = context.target
    context.sandbox = sandbox === undefined ? undefined : registry.find(sandbox)
    context.requestId = context.sandbox?.randomness.requestId() ?? fallbackRequestId()
    if (isMalformed) return errors.malformedUrl()
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) return errors.missingHost()
    return undefined
  }

  return {
    visit,

    enter(request, reply) {
      const error = visit(request)
      if (error !== undefined) throw error
      const context = contextOf(request)
      const sandbox = getOrCreateSandbox(context.target.sandbox ?? defaultSandbox)
      if (context.sandbox === undefined) {
        context.sandbox = sandbox
        context.requestId = sandbox.randomness.requestId()
      }
      context.sandboxSignal = sandbox.abortSignal
      if (request.method === 'POST') keepSandboxAliveWhileReceiving(sandbox, request, reply)
      const { keys, settings } = sandbox
      context.caller = authenticate(
        request.headers.authorization,
        scopeOf(request.method),
        settings.behavior,
        keys.findCredential,
        sandbox.name,
      )
      if (context.caller !== undefined) sandbox.markUsed(context.caller)
    },

    sandboxFor(request) {
      return getOrCreateSandbox(contextOf(request).target.sandbox ?? defaultSandbox)
    },
  }
}
