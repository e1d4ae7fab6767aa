import swagger from '@fastify/swagger'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { RequestAborted } from '../common/abort.ts'
import type { LogLevel } from '../config/option-specs.ts'
import type { ControlDeps } from '../control-api/deps.ts'
import { registerDocs } from '../control-api/docs.ts'
import * as controlErrors from '../control-api/errors.ts'
import { registerHealth } from '../control-api/health.ts'
import { registerInspector } from '../control-api/inspector.ts'
import { fromDocumentError } from '../control-api/invalid-body.ts'
import { openApiOptions } from '../control-api/openapi.ts'
import { registerControls } from '../control-api/plugin.ts'
import { defaultBehavior } from '../openai-api/behavior.ts'
import type { ApiError } from '../openai-api/errors/api-error.ts'
import { sendError, toApiError } from '../openai-api/http/send-error.ts'
import { useApiValidation } from '../openai-api/http/validation.ts'
import { registerOperations } from '../openai-api/routes.ts'
import { defaultSandbox } from '../sandbox/names.ts'
import { createFastify } from './fastify.ts'
import { logOptions } from './logging.ts'
import { contextOf, destroyConnection } from './request/context.ts'
import {
  isFastifyNotFound,
  isMisplacedControlPath,
  RouteTable,
  rejectUnknownRoutes,
  sandboxPath,
} from './request/routing.ts'
import { sendOrDestroy } from './request/send-or-destroy.ts'

export interface ControlAppDeps extends ControlDeps {
  log: FastifyBaseLogger
  logLevel: LogLevel
  /** Called with each response and its body once it is sent. */
  onSent: (reply: FastifyReply, payload: unknown) => void
  onAppCreated: (app: FastifyInstance) => void
}

/** Builds the app of the control API, the OpenAPI document and the pages, ready for `routing`. */
export async function buildControlApp(deps: ControlAppDeps): Promise<FastifyInstance> {
  const { registry, checkHost, checkControl, closing, log, logLevel, onSent, onAppCreated } = deps
  const app = createFastify(logOptions(log, logLevel))
  await app.register(swagger, openApiOptions)
  const routes = new RouteTable()
  routes.collect(app)

  function unknownRouteError(request: FastifyRequest): ApiError {
    const { target } = contextOf(request)
    const { method } = request
    const path = sandboxPath(target)
    const allowed = routes.methodsOf(path)?.join(', ')
    const isMisplaced = allowed === undefined && isMisplacedControlPath(path)
    checkHost(request)
    if (isMisplaced || path.startsWith('/_emulator')) checkControl(request)
    // Pages do not decode their path, so a malformed one is merely unknown.
    if (target.isMalformed && !path.startsWith('/docs')) return controlErrors.malformedControlUrl(target.rawPath)
    if (isMisplaced) return controlErrors.misplacedControlUrl(method, target.rawPath)
    if (allowed === undefined || target.isMalformed) return controlErrors.unknownControlUrl(method, target.rawPath)
    return controlErrors.controlMethodNotAllowed(method, target.rawPath, allowed)
  }

  function explain(thrown: unknown, request: FastifyRequest): unknown {
    const sandbox = contextOf(request).target.sandboxName ?? defaultSandbox
    return controlErrors.fromStorageError(registry.explain(sandbox, fromDocumentError(thrown)))
  }

  function toControlError(thrown: unknown, request: FastifyRequest): ApiError {
    if (!isFastifyNotFound(thrown)) return toApiError(explain(thrown, request), request, log)
    try {
      return unknownRouteError(request)
    } catch (accessError) {
      return toApiError(accessError, request, log)
    }
  }

  app.setErrorHandler((thrown, request, reply: FastifyReply) =>
    thrown instanceof RequestAborted
      ? destroyConnection(reply)
      : sendError(toControlError(thrown, request), reply, defaultBehavior),
  )
  rejectUnknownRoutes(app, unknownRouteError)
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (closing.aborted) reply.header('connection', 'close')
    sendOrDestroy(reply, log, () => done(null, payload))
    onSent(reply, payload)
  })
  app.register(registerApiForDocs)
  registerControls(app, deps)
  registerHealth(app)
  registerDocs(app, checkHost)
  registerInspector(app, checkHost)
  onAppCreated(app)
  await app.ready()
  return app
}

/** Registers the operations of the emulated API for the document alone: the dispatcher sends their requests elsewhere. */
async function registerApiForDocs(api: FastifyInstance): Promise<void> {
  useApiValidation(api)
  registerOperations(api, () => {
    throw new Error('a request of the emulated API reached the app of the control API')
  })
}
