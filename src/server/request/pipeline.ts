import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { Cut, type Pauses } from '../../common/abort.ts'
import * as controlErrors from '../../control-api/errors.ts'
import { ConnectionFault } from '../../faults/connection-faults.ts'
import type { RunOperation } from '../../openai-api/admin-api-keys/routes.ts'
import { type Behavior, defaultBehavior } from '../../openai-api/behavior.ts'
import * as errors from '../../openai-api/errors/catalogue.ts'
import { authenticate, scopeOf } from '../../openai-api/http/authentication.ts'
import { sendError, toApiError } from '../../openai-api/http/send-error.ts'
import { defaultSandbox, sandboxNameRule } from '../../sandbox/names.ts'
import type { Registry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { keepSandboxAliveWhileReceiving } from './body.ts'
import { contextOf, destroyConnection, operationIdOf, type RequestContext } from './context.ts'
import { createFaultInjector } from './faults.ts'
import { finishResponse } from './finish-response.ts'
import { targetKeyId } from './journal.ts'
import type { AllowedMethods } from './routing.ts'
import type { RequestTarget } from './target.ts'

/** What stands between the socket and the operations, in the order in which the API checks things (LIMITS.md, Authentication). */
export interface Pipeline {
  /** Whether a request is about the emulator itself rather than what it emulates. */
  isOurs(request: FastifyRequest): boolean
  /** Refuses what reaches no route, before a byte of the body is read. */
  rejectUnknownRoute(request: FastifyRequest): void
  /** Enters the addressed sandbox, making it if need be, and authenticates. */
  enterSandbox(request: FastifyRequest, reply: FastifyReply): void
  /** Has armed faults fire that come before the operation; `next` goes on, or answers an error. */
  injectFaults(request: FastifyRequest, next: (error?: Error) => void): void
  runOperation: RunOperation
  /** The sandbox that a control addresses, made if it is not there. */
  sandboxFor(request: FastifyRequest): Sandbox
  handleError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): unknown
  /** Puts on an answer the headers that it owes to who gives it, and when, and writes it down. */
  finishResponse(request: FastifyRequest, reply: FastifyReply, payload: unknown): void
}

interface PipelineDeps {
  registry: Registry
  routes: AllowedMethods
  /** Makes the request id of what reaches no sandbox. */
  fallbackRequestId: () => string
  /** Throws where the Host may not ask for what is ours. */
  checkHost: (request: FastifyRequest) => void
  /** Throws where the controls want a token that is not shown. */
  checkToken: (request: FastifyRequest) => void
  pauses: Pauses
  /** Whether the server is about to stop. */
  isClosing: () => boolean
  log: FastifyBaseLogger
}

export function createPipeline(deps: PipelineDeps): Pipeline {
  const { registry, routes, fallbackRequestId, checkHost, checkToken, pauses, isClosing, log } = deps
  const faultInjector = createFaultInjector(pauses, log)
  const behaviorOf = ({ sandbox }: RequestContext): Behavior =>
    sandbox?.settings.behavior ?? { ...defaultBehavior, ...registry.defaults.seed.behavior }

  function getOrCreateSandbox(name: string): Sandbox {
    const sandbox = registry.getOrCreate(name)
    if (sandbox === undefined) throw controlErrors.sandboxLimit(name, registry.maxSandboxes)
    return sandbox
  }

  function assignRequestId(context: RequestContext, { raw }: FastifyRequest): void {
    context.requestId = context.sandbox?.randomness.requestId() ?? fallbackRequestId()
    if (context.target.isMalformed) throw errors.malformedUrl()
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) throw errors.missingHost()
  }

  function rejectUnknownRoute(request: FastifyRequest): never {
    const context = contextOf(request)
    context.isUnknownRoute = true
    const { sandbox, rawPath, isMalformed } = context.target
    const { method } = request
    const path = pathOf(context.target)
    const allowed = routes.methodsOf(path)?.join(', ')
    const isControlUrl = routes.looksLikeControlUrl(path)
    if (isControlUrl || routes.isControlRoute(path)) {
      checkHost(request)
      if (isControlUrl || path.startsWith('/_emulator')) checkToken(request)
      // Of the documents it is merely a page that is not there.
      if (isMalformed && !path.startsWith('/docs')) throw controlErrors.malformedControlUrl(rawPath)
      if (isControlUrl) throw controlErrors.misplacedControlUrl(method, rawPath)
      if (allowed === undefined || isMalformed) throw controlErrors.unknownControlUrl(method, rawPath)
      throw controlErrors.controlMethodNotAllowed(method, rawPath, allowed)
    }
    context.sandbox = sandbox === undefined ? undefined : registry.find(sandbox)
    assignRequestId(context, request)
    if (sandbox === undefined) throw errors.unknownUrl(method, rawPath, `sandbox_name_invalid; rule=${sandboxNameRule}`)
    if (allowed === undefined) throw errors.unknownUrl(method, rawPath, `unknown_url; ${routeHint}`)
    throw errors.methodNotAllowed(method, rawPath, allowed)
  }

  return {
    isOurs(request) {
      const path = pathOf(contextOf(request).target)
      return routes.isControlRoute(path) || routes.looksLikeControlUrl(path)
    },

    rejectUnknownRoute,

    enterSandbox(request, reply) {
      const context = contextOf(request)
      const { sandbox: name = defaultSandbox } = context.target
      context.sandbox = registry.find(name)
      assignRequestId(context, request)
      const sandbox = getOrCreateSandbox(name)
      if (context.sandbox === undefined) {
        context.sandbox = sandbox
        context.requestId = sandbox.randomness.requestId()
      }
      context.sandboxSignal = sandbox.generation
      if (request.method === 'POST') keepSandboxAliveWhileReceiving(sandbox, request, reply)
      const { keys, settings } = sandbox
      context.caller = authenticate(
        request.headers.authorization,
        scopeOf(request.method),
        settings.behavior,
        keys.findCredential,
        `sandbox=${sandbox.name}`,
      )
      if (context.caller !== undefined) sandbox.markUsed(context.caller)
    },

    injectFaults: faultInjector.before,

    runOperation(request, operation) {
      const context = contextOf(request)
      const { sandbox, caller, sandboxSignal } = context
      // Since it entered, the request may have waited for its body.
      if (sandbox === undefined || sandboxSignal !== sandbox.generation || sandboxSignal.isOver) throw new Cut()
      const text = sandbox.run(caller, operation)
      context.keyId = targetKeyId(request, operationIdOf(request), text)
      return faultInjector.after(request, text) as never
    },

    sandboxFor(request) {
      const { sandbox: name = defaultSandbox } = contextOf(request).target
      return getOrCreateSandbox(name)
    },

    handleError(thrown, request, reply) {
      const context = contextOf(request)
      // Whatever else went wrong with it: what the sandbox is now has nothing to do with it.
      if (thrown instanceof Cut || context.sandboxSignal?.isOver) return destroyConnection(reply)
      if (thrown instanceof ConnectionFault) return faultInjector.sendConnectionFault(thrown, request, reply)
      const error = toApiError(controlErrors.fromDocumentError(mapFastifyNotFound(thrown, request)), request, log)
      context.apiHeaderLevel = error.apiHeaderLevel
      return sendError(error, reply, behaviorOf(context))
    },

    finishResponse(request, reply, payload) {
      if (isClosing()) reply.header('connection', 'close')
      if (contextOf(request).requestId === '') return
      finishResponse(request, reply, { status: reply.statusCode, body: payload as string | undefined })
    },
  }

  /** What Fastify itself refuses: a method that its router for unknown URLs lacks, of which no hook has heard. */
  function mapFastifyNotFound(thrown: unknown, request: FastifyRequest): unknown {
    if ((thrown as { code?: unknown } | null)?.code !== 'FST_ERR_NOT_FOUND') return thrown
    try {
      return rejectUnknownRoute(request)
    } catch (refusal) {
      return refusal
    }
  }
}

/** For who looks in the wrong place: the body is the API's, but the reason is ours. */
const routeHint =
  'the API is at /v1/organization/ and /sandbox/NAME/v1/organization/, controls are at /_emulator/, pages at /docs'

/** Where a request leads in the sandbox that it addresses. */
const pathOf = ({ url, rawPath, isMalformed }: RequestTarget) =>
  isMalformed ? stripSandbox(rawPath) : url.replace(/[?#].*/s, '')

/** Of a path that cannot be decoded: the control that it would be in its sandbox. */
const stripSandbox = (path: string) => path.replace(/^\/sandbox\/[^/]+(?=\/_emulator\/)/, '')
