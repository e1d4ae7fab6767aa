import type { FastifyReply, FastifyRequest } from 'fastify'
import * as controlErrors from '../../control-api/errors.ts'
import type { ApiError } from '../../openai-api/errors/api-error.ts'
import * as errors from '../../openai-api/errors/catalogue.ts'
import { authenticate, checkOrganization, scopeOf } from '../../openai-api/http/authentication.ts'
import { defaultSandbox } from '../../sandbox/names.ts'
import type { SandboxRegistry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { keepSandboxAliveWhileReceiving } from './body.ts'
import { contextOf, operationIdOf } from './context.ts'

// An invalid name matches no route.
const nameOf = (request: FastifyRequest): string => contextOf(request).target.sandboxName ?? defaultSandbox

export type SandboxResolver = ReturnType<typeof createSandboxResolver>

interface SandboxResolverDeps {
  registry: SandboxRegistry
  /** Whether the first request to a sandbox creates it. */
  autoCreate: boolean
  /** Generates the ids of requests that reach no sandbox. */
  fallbackRequestId: () => string
  /** Throws for a request of a web page of another site, which may have rebound its own host name to this server. */
  checkPage: (request: FastifyRequest) => void
}

export function createSandboxResolver(deps: SandboxResolverDeps) {
  const { registry, autoCreate, fallbackRequestId, checkPage } = deps

  /** Returns the sandbox that a control addresses, creating it if needed. Throws 403, 404, 503 or StorageError. */
  function sandboxFor(request: FastifyRequest): Sandbox {
    const sandbox = registry.find(nameOf(request))
    // A page that shows a sandbox must not create it again once it is removed.
    if (sandbox === undefined && request.headers['x-emulator-auto-create'] === 'false')
      throw controlErrors.unknownSandbox(nameOf(request), 'this request does not create it (x-emulator-auto-create)')
    return registry.use(sandbox ?? createSandbox(request))
  }

  /**
   * Returns what a request must wait for before it enters its sandbox: its creation from a large seed, which begins here if
   * needed, or a change that takes several turns. Undefined for nothing. Throws like `createSandbox`.
   */
  function whenAvailable(request: FastifyRequest): Promise<unknown> | undefined {
    const name = nameOf(request)
    const existing = registry.find(name)?.change ?? registry.creationOf(name)
    if (existing !== undefined || registry.find(name) !== undefined || !registry.hasLargeSeed) return existing
    if (!autoCreate || request.headers['x-emulator-auto-create'] === 'false') return undefined
    checkPage(request)
    return registry.createInTurns(name)
  }

  /** Throws 403 `forbidden_host` or `forbidden_origin`, 404 `sandbox_not_found` or 503 `sandbox_limit`. */
  function createSandbox(request: FastifyRequest): Sandbox {
    checkPage(request)
    const name = nameOf(request)
    if (!autoCreate) throw controlErrors.unknownSandbox(name)
    const sandbox = registry.create(name)
    if (sandbox === undefined) throw controlErrors.sandboxLimit(name, registry.maxSandboxes)
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

  /** Resolves the sandbox of an identified request, creating it if needed, and authenticates. Throws ApiError. */
  function enterSandbox(request: FastifyRequest, reply: FastifyReply): void {
    const context = contextOf(request)
    const isNew = context.sandbox === undefined
    const sandbox = registry.use(context.sandbox ?? registry.find(nameOf(request)) ?? createSandbox(request))
    context.sandbox = sandbox
    if (isNew) context.requestId = sandbox.state.randomness.requestId()
    context.sandboxSignal = sandbox.abortSignal
    if (request.method === 'POST') keepSandboxAliveWhileReceiving(sandbox, request, reply)
    const { api, settings } = sandbox
    const { authorization, 'openai-organization': organization } = request.headers
    context.caller = authenticate(
      authorization,
      scopeOf(request.method, operationIdOf(request)),
      settings.behavior,
      api.credentials.find,
      sandbox.name,
    )
    checkOrganization(organization?.toString(), settings.organization.id, settings.behavior)
    if (context.caller !== undefined) sandbox.markUsed(context.caller)
  }

  /** Calls `next` at once, or once the sandbox of the request is available; with an error if it cannot be created. */
  function waitForSandbox(request: FastifyRequest, next: (error?: Error) => void): void {
    const available = whenAvailable(request)
    if (available === undefined) {
      next()
      return
    }
    const goOn = () => {
      const context = contextOf(request)
      // It may have been removed. One that was created assigns the id of the request when it enters.
      if (context.sandbox !== undefined) context.sandbox = registry.find(nameOf(request))
      // Another change may have begun.
      waitForSandbox(request, next)
    }
    available.then(goOn).catch(next)
  }

  return { enterSandbox, identifyRequest, sandboxFor, waitForSandbox }
}
