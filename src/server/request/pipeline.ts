import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { Cut, type Pauses } from '../../common/abort.ts'
import * as controlErrors from '../../control-api/errors.ts'
import { WireFault } from '../../faults/connection-faults.ts'
import type { Operate } from '../../openai-api/admin-api-keys/routes.ts'
import { type Behavior, defaultBehavior } from '../../openai-api/behavior.ts'
import * as errors from '../../openai-api/errors/catalogue.ts'
import { authorize, scopeOf } from '../../openai-api/http/authentication.ts'
import { sendError, toApiError } from '../../openai-api/http/send-error.ts'
import type { Registry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { awaitBody } from './body.ts'
import { cut, type Exchange, exchangeOf, operationOf } from './context.ts'
import { createFaultHook } from './faults.ts'
import { sign } from './finish-response.ts'
import { keyIdOf } from './journal.ts'
import type { RouteTable } from './routing.ts'
import { type Address, defaultSandbox, sandboxNameRule } from './target.ts'

/** What stands between the socket and the operations, in the order in which the API checks things (LIMITS.md, Authentication). */
export interface Pipeline {
  /** Whether a request is about the emulator itself rather than what it emulates. */
  isOurs(request: FastifyRequest): boolean
  /** Refuses what reaches no route, before a byte of the body is read. */
  refuseUnrouted(request: FastifyRequest): void
  /** Enters the addressed sandbox, making it if need be, and authenticates. */
  enter(request: FastifyRequest, reply: FastifyReply): void
  /** Has armed faults fire that come before the operation; `next` goes on, or answers an error. */
  meetFaults(request: FastifyRequest, next: (error?: Error) => void): void
  operate: Operate
  /** The sandbox that a control addresses, made if it is not there. */
  addressed(request: FastifyRequest): Sandbox
  handleError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): unknown
  /** Puts on an answer the headers that it owes to who gives it, and when, and writes it down. */
  sign(request: FastifyRequest, reply: FastifyReply, payload: unknown): void
}

interface Surroundings {
  registry: Registry
  routes: RouteTable
  /** Makes the request id of what reaches no sandbox. */
  unroutedId: () => string
  /** Throws where the Host may not ask for what is ours. */
  checkHost: (request: FastifyRequest) => void
  /** Throws where the controls want a token that is not shown. */
  checkToken: (request: FastifyRequest) => void
  pauses: Pauses
  /** Whether the server is about to stop. */
  isClosing: () => boolean
  log: FastifyBaseLogger
}

export function createPipeline(surroundings: Surroundings): Pipeline {
  const { registry, routes, unroutedId, checkHost, checkToken, pauses, isClosing, log } = surroundings
  const faultHook = createFaultHook(pauses, log)
  const behaviorOf = ({ sandbox }: Exchange): Behavior =>
    sandbox?.settings.behavior ?? { ...defaultBehavior, ...registry.origin.seed.behavior }

  function obtain(name: string): Sandbox {
    const sandbox = registry.obtain(name)
    if (sandbox === undefined) throw controlErrors.sandboxLimit(name, registry.maxSandboxes)
    return sandbox
  }

  function begin(exchange: Exchange, { raw }: FastifyRequest): void {
    exchange.requestId = exchange.sandbox?.randomness.requestId() ?? unroutedId()
    if (exchange.address.isMalformed) throw errors.malformedUrl()
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined) throw errors.missingHost()
  }

  function refuseUnrouted(request: FastifyRequest): never {
    const exchange = exchangeOf(request)
    exchange.isUnrouted = true
    const { sandbox, sentPath, isMalformed } = exchange.address
    const { method } = request
    const path = pathOf(exchange.address)
    const allowed = routes.methodsOf(path)?.join(', ')
    const isMisplaced = routes.isMisplacedControl(path)
    if (isMisplaced || routes.isOurs(path)) {
      checkHost(request)
      if (isMisplaced || path.startsWith('/_emulator')) checkToken(request)
      // Of the documents it is merely a page that is not there.
      if (isMalformed && !path.startsWith('/docs')) throw controlErrors.malformedControlUrl(sentPath)
      if (isMisplaced) throw controlErrors.misplacedControlUrl(method, sentPath)
      if (allowed === undefined || isMalformed) throw controlErrors.unknownControlUrl(method, sentPath)
      throw controlErrors.controlMethodNotAllowed(method, sentPath, allowed)
    }
    exchange.sandbox = sandbox === undefined ? undefined : registry.find(sandbox)
    begin(exchange, request)
    if (sandbox === undefined)
      throw errors.unknownUrl(method, sentPath, `sandbox_name_invalid; rule=${sandboxNameRule}`)
    if (allowed === undefined) throw errors.unknownUrl(method, sentPath, `unknown_url; ${places}`)
    throw errors.methodNotAllowed(method, sentPath, allowed)
  }

  return {
    isOurs(request) {
      const path = pathOf(exchangeOf(request).address)
      return routes.isOurs(path) || routes.isMisplacedControl(path)
    },

    refuseUnrouted,

    enter(request, reply) {
      const exchange = exchangeOf(request)
      const { sandbox: name = defaultSandbox } = exchange.address
      exchange.sandbox = registry.find(name)
      begin(exchange, request)
      const sandbox = obtain(name)
      if (exchange.sandbox === undefined) {
        exchange.sandbox = sandbox
        exchange.requestId = sandbox.randomness.requestId()
      }
      exchange.generation = sandbox.generation
      if (request.method === 'POST') awaitBody(sandbox, request, reply)
      const { keys, settings } = sandbox
      exchange.caller = authorize(
        request.headers.authorization,
        scopeOf(request.method),
        settings.behavior,
        keys.identify,
        `sandbox=${sandbox.name}`,
      )
      if (exchange.caller !== undefined) sandbox.markUsed(exchange.caller)
    },

    meetFaults: faultHook.before,

    operate(request, operation) {
      const exchange = exchangeOf(request)
      const { sandbox, caller, generation } = exchange
      // Since it entered, the request may have waited for its body.
      if (sandbox === undefined || generation !== sandbox.generation || generation.isOver) throw new Cut()
      const text = sandbox.run(caller, operation)
      exchange.keyId = keyIdOf(request, operationOf(request), text)
      return faultHook.after(request, text) as never
    },

    addressed(request) {
      const { sandbox: name = defaultSandbox } = exchangeOf(request).address
      return obtain(name)
    },

    handleError(thrown, request, reply) {
      const exchange = exchangeOf(request)
      // Whatever else went wrong with it: what the sandbox is now has nothing to do with it.
      if (thrown instanceof Cut || exchange.generation?.isOver) return cut(reply)
      if (thrown instanceof WireFault) return faultHook.play(thrown, request, reply)
      const error = toApiError(controlErrors.fromMistake(meaningOf(thrown, request)), request, log)
      exchange.disclosure = error.disclosure
      return sendError(error, reply, behaviorOf(exchange))
    },

    sign(request, reply, payload) {
      if (isClosing()) reply.header('connection', 'close')
      if (exchangeOf(request).requestId === '') return
      sign(request, reply, { status: reply.statusCode, body: payload as string | undefined })
    },
  }

  /** What Fastify itself refuses: a method that its router for unknown URLs lacks, of which no hook has heard. */
  function meaningOf(thrown: unknown, request: FastifyRequest): unknown {
    if ((thrown as { code?: unknown } | null)?.code !== 'FST_ERR_NOT_FOUND') return thrown
    try {
      return refuseUnrouted(request)
    } catch (refusal) {
      return refusal
    }
  }
}

/** For who looks in the wrong place: the body is the API's, but the reason is ours. */
const places =
  'the API is at /v1/organization/ and /sandbox/NAME/v1/organization/, controls are at /_emulator/, pages at /docs'

/** Where a request leads in the sandbox that it addresses. */
const pathOf = ({ url, sentPath, isMalformed }: Address) =>
  isMalformed ? withoutSandbox(sentPath) : url.replace(/[?#].*/s, '')

/** Of a path that cannot be decoded: the control that it would be in its sandbox. */
const withoutSandbox = (path: string) => path.replace(/^\/sandbox\/[^/]+(?=\/_emulator\/)/, '')
