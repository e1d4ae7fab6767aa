import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { RequestAborted } from '../../common/abort.ts'
import { fromStorageError } from '../../control-api/errors.ts'
import { ConnectionFault } from '../../faults/connection-faults.ts'
import { type Behavior, defaultBehavior } from '../../openai-api/behavior.ts'
import type { ApiError } from '../../openai-api/errors/api-error.ts'
import { sendError, toApiError } from '../../openai-api/http/send-error.ts'
import { defaultSandbox } from '../../sandbox/names.ts'
import type { SandboxRegistry } from '../../sandbox/registry.ts'
import { contextOf, destroyConnection, type RequestContext } from './context.ts'
import type { FaultInjector } from './faults.ts'
import { logRequest } from './log-request.ts'
import { isFastifyNotFound } from './routing.ts'

interface ErrorHandlerDeps {
  registry: SandboxRegistry
  faults: FaultInjector
  log: FastifyBaseLogger
  unknownRouteError: (request: FastifyRequest) => ApiError
}

/** Returns the error handler of the emulated API: the one place that turns a thrown value into a response. */
export function createErrorHandler({ registry, faults, log, unknownRouteError }: ErrorHandlerDeps) {
  const behaviorOf = ({ sandbox }: RequestContext): Behavior =>
    sandbox?.settings.behavior ?? { ...defaultBehavior, ...registry.defaults.seed.behavior }

  const explain = (thrown: unknown, { target }: RequestContext): unknown =>
    fromStorageError(registry.explain(target.sandboxName ?? defaultSandbox, thrown))

  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): unknown => {
    const context = contextOf(request)
    // After a reset no response is sent: it could contradict the new state.
    if (thrown instanceof RequestAborted || context.sandboxSignal?.aborted) {
      logRequest(request, log, { reason: 'aborted; the sandbox was reset or removed, or the server stops' })
      return destroyConnection(reply)
    }
    if (thrown instanceof ConnectionFault) return faults.breakConnection(thrown, request, reply)
    const error = isFastifyNotFound(thrown)
      ? unknownRouteError(request)
      : toApiError(explain(thrown, context), request, log)
    context.apiHeaderLevel = error.apiHeaderLevel
    return sendError(error, reply, behaviorOf(context))
  }
}
