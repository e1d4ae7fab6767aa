import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Operate } from './admin-api-keys/routes.ts'
import * as controlErrors from './control/errors.ts'
import { cut, type Exchange, exchangeOf } from './exchange.ts'
import { befallAfter, befallBefore, type Victim } from './faults/inject.ts'
import { play, WireFault } from './faults/wire.ts'
import { keyIdOf, observe } from './observer.ts'
import { authorize, bearerToken } from './openai/auth.ts'
import { type Behavior, defaultBehavior } from './openai/behavior.ts'
import { readBody } from './openai/body.ts'
import { sendError, toApiError } from './openai/error-handler.ts'
import type { Scope } from './openai/errors.ts'
import * as errors from './openai/errors.ts'
import { addApiHeaders } from './openai/headers.ts'
import { Cut, type Pauses } from './pauses.ts'
import type { RouteTable } from './route-table.ts'
import { defaultSandbox, sandboxNameRule } from './sandbox/address.ts'
import { monotonicNow } from './sandbox/clock.ts'
import type { Generation } from './sandbox/generation.ts'
import type { Registry } from './sandbox/registry.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

/** What stands between the socket and the operations, in the order in which the API checks things (LIMITS.md, Authentication). */
export interface Pipeline {
  /** Refuses what reaches no route, before a byte of the body is read. */
  refuseUnrouted(request: FastifyRequest): void
  /** Enters the addressed sandbox, making it if need be, and authenticates. */
  enter(request: FastifyRequest): void
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

  /** A request as faults see it, `text` being the answer where there is one. */
  function victimOf(request: FastifyRequest, sandbox: Sandbox, operation: string, text?: string): Victim {
    const exchange = exchangeOf(request)
    return {
      plan: sandbox.faults,
      occasion: {
        operation,
        key_id: keyIdOf(request, operation, text),
        calling_key_id: exchange.caller?.id,
        headers: request.headers,
      },
      token: bearerToken(request.headers.authorization) ?? '',
      scope: scopeOf(request),
      now: sandbox.state.clock.now,
      async pause(ms) {
        // What a client has sent counts, also when it gives up meanwhile.
        if (text === undefined) await bodyOf(request).catch(() => {})
        const sleep = sandbox.stayAwake()
        await pauses.pause(ms, exchange.generation).finally(sleep)
      },
      note(armed, remark) {
        exchange.faultId = armed.id
        exchange.remark = remark
      },
    }
  }

  return {
    refuseUnrouted(request) {
      const exchange = exchangeOf(request)
      const { sandbox, url, sentPath, isMalformed } = exchange.address
      const { method } = request
      const path = isMalformed ? sentPath : url.replace(/[?#].*/s, '')
      const allowed = routes.methodsOf(path)?.join(', ')
      if (routes.isOurs(path)) {
        checkHost(request)
        if (path.startsWith('/_emulator')) checkToken(request)
        if (allowed === undefined || isMalformed) throw controlErrors.unknownControlUrl(method, sentPath)
        throw controlErrors.controlMethodNotAllowed(method, sentPath, allowed)
      }
      exchange.sandbox = sandbox === undefined ? undefined : registry.find(sandbox)
      begin(exchange, request)
      if (sandbox === undefined)
        throw errors.unknownUrl(method, sentPath, `sandbox_name_invalid; rule=${sandboxNameRule}`)
      if (allowed === undefined) throw errors.unknownUrl(method, sentPath)
      throw errors.methodNotAllowed(method, sentPath, allowed)
    },

    enter(request) {
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
      if (request.method === 'POST') awaitBody(sandbox, request)
      const { keys, settings } = sandbox
      exchange.caller = authorize(
        request.headers.authorization,
        scopeOf(request),
        settings.behavior,
        keys.identify,
        `sandbox=${sandbox.name}`,
      )
      if (exchange.caller !== undefined) sandbox.markUsed(exchange.caller)
    },

    meetFaults(request, next) {
      const { sandbox } = exchangeOf(request)
      const operation = request.routeOptions.schema?.operationId ?? ''
      if (sandbox === undefined || !sandbox.faults.mayConcern(operation)) return next()
      befallBefore(victimOf(request, sandbox, operation)).then(
        () => next(),
        // The journal is to say what was sent.
        (fault) => readBodyOf(request).then(() => next(fault)),
      )
    },

    operate(request, operation) {
      const { sandbox, caller, generation } = exchangeOf(request)
      // Since it entered, the request may have waited for its body.
      if (sandbox === undefined || generation !== sandbox.generation || generation.isOver) throw new Cut()
      const text = sandbox.run(caller, operation)
      const id = request.routeOptions.schema?.operationId ?? ''
      exchangeOf(request).keyId = keyIdOf(request, id, text)
      const isSpared = !sandbox.faults.mayConcern(id)
      return (isSpared ? text : spoilt(victimOf(request, sandbox, id, text), text, generation)) as never
    },

    addressed(request) {
      const { sandbox: name = defaultSandbox } = exchangeOf(request).address
      return obtain(name)
    },

    handleError(thrown, request, reply) {
      const exchange = exchangeOf(request)
      // Whatever else went wrong with it: what the sandbox is now has nothing to do with it.
      if (thrown instanceof Cut || exchange.generation?.isOver) return cut(reply)
      if (thrown instanceof WireFault) return playFault(thrown, request, reply)
      const error = toApiError(controlErrors.fromMistake(thrown), request, log)
      exchange.disclosure = error.disclosure
      return sendError(error, reply, behaviorOf(exchange))
    },

    sign(request, reply, payload) {
      if (isClosing()) reply.header('connection', 'close')
      if (exchangeOf(request).requestId === '') return
      addOwnHeaders(request, reply)
      observe(request, reply, { status: reply.statusCode, body: payload as string | undefined })
    },
  }

  function playFault(fault: WireFault, request: FastifyRequest, reply: FastifyReply): void {
    addOwnHeaders(request, reply)
    const half = fault.text.slice(0, Math.floor(fault.text.length / 2))
    observe(request, reply, fault.kind === 'truncate' ? { status: 200, body: half } : {})
    play(fault, reply)
    if (fault.kind === 'hang') holdOpen(request, reply)
  }

  /** Until the client gives up, or is given up. */
  function holdOpen(request: FastifyRequest, { raw }: FastifyReply): void {
    const { sandbox, generation } = exchangeOf(request)
    const letGo = [sandbox?.stayAwake(), pauses.onCut(generation, () => raw.destroy())]
    raw.once('close', () => {
      for (const each of letGo) each?.()
    })
  }
}

function addOwnHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const { requestId, sandbox, disclosure, begun } = exchangeOf(request)
  const organizationId = sandbox?.settings.organization.id
  addApiHeaders(reply, { requestId, disclosure, organizationId, duration: monotonicNow() - begun })
}

/** The body of a request, read once. */
export function bodyOf(request: FastifyRequest): Promise<Buffer | undefined> {
  const exchange = exchangeOf(request)
  exchange.sent ??= readBody(request.raw).then((bytes) => {
    exchange.body = bytes
    return bytes
  })
  return exchange.sent
}

/** Reads the body of a request that has one, whatever comes of it. */
const readBodyOf = (request: FastifyRequest): Promise<unknown> =>
  request.method === 'POST' ? bodyOf(request).catch(() => undefined) : Promise.resolve()

const scopeOf = ({ method }: FastifyRequest): Scope =>
  method === 'GET' ? 'api.management.read' : 'api.management.write'

/** While a body is on its way to it a sandbox does not idle; should it be reset meanwhile, nobody waits for the rest. */
function awaitBody(sandbox: Sandbox, { raw }: FastifyRequest): void {
  const letGo = [sandbox.stayAwake(), sandbox.generation.onEnd(() => raw.destroy())]
  raw.once('close', () => {
    for (const each of letGo) each()
  })
}

/** The answer as faults leave it, unless the sandbox was reset while they did. */
async function spoilt(victim: Victim, text: string, generation: Generation): Promise<string> {
  const left = await befallAfter(victim, text)
  if (generation.isOver) throw new Cut()
  return left
}

/** Hooks the pipeline into the server; `registerApi` adds the routes that stand behind it. */
export function installPipeline(
  app: FastifyInstance,
  pipeline: Pipeline,
  registerApi: (api: FastifyInstance) => void,
): void {
  app.setErrorHandler(pipeline.handleError)
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.is404) pipeline.refuseUnrouted(request)
    done()
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    pipeline.sign(request, reply, payload)
    done(null, payload)
  })
  app.register((api, _options, done) => {
    api.addHook('onRequest', (request, _reply, next) => {
      // To the router what follows a slash at the end is an empty id; to the API it is no URL at all.
      if (exchangeOf(request).address.sentPath.endsWith('/')) pipeline.refuseUnrouted(request)
      pipeline.enter(request)
      pipeline.meetFaults(request, next)
    })
    registerApi(api)
    done()
  })
}
