import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { notEmulated } from '../../control-api/errors.ts'
import type { ApiError } from '../../openai-api/errors/api-error.ts'
import * as errors from '../../openai-api/errors/catalogue.ts'
import { useJsonBodies } from '../../openai-api/http/request-body.ts'
import { useApiValidation } from '../../openai-api/http/validation.ts'
import { isPublishedPath } from '../../openai-api/published-paths.ts'
import { registerOperations } from '../../openai-api/routes.ts'
import { sandboxNameRule } from '../../sandbox/names.ts'
import type { SandboxRegistry } from '../../sandbox/registry.ts'
import { getBody } from './body.ts'
import { contextOf } from './context.ts'
import type { SandboxResolver } from './enter-sandbox.ts'
import { createErrorHandler } from './error-handler.ts'
import { createFaultInjector } from './faults.ts'
import { finishResponse, recordArrival } from './journal.ts'
import { logRequest } from './log-request.ts'
import { createOperationRunner } from './operation-runner.ts'
import { type RouteTable, rejectUnknownRoutes, sandboxPath } from './routing.ts'
import { sendOrDestroy } from './send-or-destroy.ts'
import { normalizedPathInSandbox, pathInSandbox } from './target.ts'
import type { TurnBatcher } from './turn-batcher.ts'

interface ApiPluginDeps {
  registry: SandboxRegistry
  sandboxes: SandboxResolver
  routes: RouteTable
  batcher: TurnBatcher
  /** Called with each response and its body once it is sent. */
  onSent: (reply: FastifyReply, payload: unknown) => void
  /** Aborts when the server starts to close. */
  closing: AbortSignal
  log: FastifyBaseLogger
}

/** For the journal and the log; the body of the response is the real API's. */
const routeHint =
  'the API is at /v1/organization/ and /sandbox/NAME/v1/organization/, controls are at /_emulator/, pages at /docs'

/**
 * Registers the emulated API: what happens between the dispatcher and an operation, in the order in which the real API
 * checks a request (docs/fidelity.md, Authentication).
 */
export function registerApi(app: FastifyInstance, deps: ApiPluginDeps): void {
  const { registry, sandboxes, routes, batcher, onSent, closing, log } = deps
  const faults = createFaultInjector(closing, log)

  function unknownRouteError(request: FastifyRequest): ApiError {
    const context = contextOf(request)
    context.isUnknownRoute = true
    const malformed = sandboxes.identifyRequest(request)
    if (malformed !== undefined) return malformed
    const { method } = request
    const path = pathInSandbox(context.target)
    if (context.target.sandboxName === undefined) {
      return errors.unknownUrl(method, path, `sandbox_name_invalid; rule=${sandboxNameRule}`)
    }
    const allowed = routes.methodsOf(sandboxPath(context.target))
    if (allowed !== undefined) return errors.methodNotAllowed(method, path, allowed.join(', '))
    if (isPublishedPath(normalizedPathInSandbox(context.target))) return notEmulated(method, path)
    return errors.unknownUrl(method, path, `unknown_url; ${routeHint}`)
  }

  const runOperation = createOperationRunner(batcher, faults)
  rejectUnknownRoutes(app, unknownRouteError)
  app.setErrorHandler(createErrorHandler({ registry, faults, log, unknownRouteError }))
  app.addHook('onSend', (request, reply, payload, done) => {
    if (closing.aborted) reply.header('connection', 'close')
    const { requestId, isPipelined } = contextOf(request)
    if (requestId !== '') {
      finishResponse(request, reply, { status: reply.statusCode, body: payload as string | undefined })
    }
    if (reply.raw.destroyed) logRequest(request, log, { reason: 'client_left; the response was not sent' })
    const send = () => {
      sendOrDestroy(reply, log, () => done(null, payload))
      onSent(reply, payload)
    }
    if (isPipelined) send()
    else batcher.respond(send)
  })
  app.register((api, _options, done) => {
    api.addHook('onRequest', (request, reply, next) => {
      // The router takes what follows a trailing slash for an empty id; the API does not know such a URL.
      if (contextOf(request).target.rawPath.endsWith('/')) throw unknownRouteError(request)
      const error = sandboxes.identifyRequest(request)
      if (error !== undefined) throw error
      sandboxes.waitForSandbox(request, (creationError) => {
        if (creationError !== undefined) return next(creationError)
        sandboxes.enterSandbox(request, reply)
        // Faults fire immediately, so that the entry names the fault that makes the request wait.
        const injected = faults.before(request)
        recordArrival(request)
        if (injected === undefined) next()
        else injected.then(() => next(), next)
      })
    })
    useJsonBodies(api, getBody)
    useApiValidation(api)
    registerOperations(api, runOperation)
    done()
  })
}
