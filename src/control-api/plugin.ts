import type { FastifyInstance, FastifyRequest } from 'fastify'
import { useDocumentBodies } from './body.ts'
import { registerAuditLogs } from './controls/audit-logs.ts'
import { registerBehavior } from './controls/behavior.ts'
import { registerClock } from './controls/clock.ts'
import { registerConnection } from './controls/connection.ts'
import { registerFaults } from './controls/faults.ts'
import { registerJournal } from './controls/journal.ts'
import { registerKeys } from './controls/keys.ts'
import { registerSandboxes } from './controls/sandboxes.ts'
import { registerSnapshots } from './controls/snapshots.ts'
import { registerState } from './controls/state.ts'
import { registerVerifyJournal } from './controls/verify-journal.ts'
import type { ControlDeps } from './deps.ts'
import * as errors from './errors.ts'
import { invalidBodyComponents } from './invalid-body.ts'

/** Registers everything under `/_emulator`. Its requests are exempt from faults and are not journaled. */
export function registerControls(app: FastifyInstance, deps: ControlDeps): void {
  app.register((controls, _options, done) => {
    useDocumentBodies(controls)
    for (const component of invalidBodyComponents) controls.addSchema(component)
    controls.addHook('onRequest', (request, _reply, next) => {
      deps.checkControl(request)
      rejectUnknownQuery(request)
      next()
    })
    // Not earlier: the handler must not wait for anything else before it uses the sandbox.
    controls.addHook('preHandler', (request, _reply, next) => {
      const { scope } = (request.routeOptions.schema ?? {}) as { scope?: string }
      if (scope === 'sandbox') deps.waitForSandbox(request, next)
      else next()
    })
    registerSandboxes(controls, deps)
    registerConnection(controls, deps)
    registerKeys(controls, deps)
    registerAuditLogs(controls, deps)
    registerState(controls, deps)
    registerSnapshots(controls, deps)
    registerBehavior(controls, deps)
    registerClock(controls, deps)
    registerFaults(controls, deps)
    registerJournal(controls, deps)
    registerVerifyJournal(controls, deps)
    done()
  })
}

// A query that a control ignores is a mistake of the test.
function rejectUnknownQuery({ query, routeOptions }: FastifyRequest): void {
  const [param] = Object.keys(query as object)
  if (param !== undefined && routeOptions.schema?.querystring === undefined) {
    throw errors.invalidQuery(param, 'absent: this control has no query parameters', param)
  }
}
