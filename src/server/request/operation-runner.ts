import type { FastifyRequest } from 'fastify'
import { RequestAborted } from '../../common/abort.ts'
import { writesToProjects } from '../../openai-api/operation-ids.ts'
import type { Operation, RunOperation } from '../../openai-api/run-operation.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { contextOf, operationIdOf } from './context.ts'
import type { FaultInjector } from './faults.ts'
import type { TurnBatcher } from './turn-batcher.ts'

/** Tells viewers of a sandbox what an operation may have changed. */
function notifyChange(request: FastifyRequest, { changes }: Sandbox): void {
  changes.notify('keys')
  changes.notify('audit_logs')
  if (writesToProjects.has(operationIdOf(request) ?? '')) changes.notify('projects')
}

/** Returns what runs the operations of requests that have entered their sandbox. */
export function createOperationRunner(batcher: TurnBatcher, faults: FaultInjector): RunOperation {
  function run(request: FastifyRequest, operation: Operation<unknown>): string | Promise<string> {
    const context = contextOf(request)
    const { sandbox, caller, sandboxSignal } = context
    // The request may have waited since it entered the sandbox: for its body, or for the end of the turn.
    if (sandbox === undefined || sandboxSignal?.aborted) throw new RequestAborted()
    if (sandbox.change !== undefined) return sandbox.change.then(() => run(request, operation))
    const { json, ...targets } = sandbox.run(caller, (api) =>
      operation(api, { id: caller?.id, actor: () => api.actorOf(caller) }),
    )
    context.targets = targets
    if (request.method !== 'GET' && sandbox.settings.behavior.state === 'kept') notifyChange(request, sandbox)
    return faults.after(request, json)
  }

  return (request, operation) => {
    const isBatched = request.method !== 'GET' && !contextOf(request).isPipelined
    const json = isBatched ? batcher.write(() => run(request, operation)) : run(request, operation)
    // Fastify sends strings unchanged; the type of the route describes the parsed body.
    return json as never
  }
}
