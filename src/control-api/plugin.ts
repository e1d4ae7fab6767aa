import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Pauses } from '../common/abort.ts'
import type { Registry } from '../sandbox/registry.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { useDocumentBodies } from './body.ts'
import { registerBehavior } from './controls/behavior.ts'
import { registerClock } from './controls/clock.ts'
import { registerFaults } from './controls/faults.ts'
import { registerJournal } from './controls/journal.ts'
import { registerSandboxes } from './controls/sandboxes.ts'
import { registerSnapshots } from './controls/snapshots.ts'
import { registerState } from './controls/state.ts'
import * as errors from './errors.ts'

/** What controls need of who registers them. */
export interface ControlDeps {
  registry: Registry
  /** The sandbox that a request addresses, made if it is not there. */
  sandboxFor: (request: FastifyRequest) => Sandbox
  /** Throws where the Host may not ask for what is ours. */
  checkHost: (request: FastifyRequest) => void
  /** Streams are cut with what waits. */
  pauses: Pauses
  /** Of each operation of the emulated API an answer that has everything one can have. */
  exampleResponses: Readonly<Record<string, unknown>>
  /** Throws where a token is wanted that is not shown. */
  checkToken: (request: FastifyRequest) => void
}

/** Everything under `/_emulator`: what a tester does to a sandbox. Never faulted, never in the journal. */
export function registerControls(app: FastifyInstance, deps: ControlDeps): void {
  app.register((control, _options, done) => {
    useDocumentBodies(control)
    control.addHook('onRequest', (request, _reply, next) => {
      deps.checkHost(request)
      deps.checkToken(request)
      rejectUnknownQuery(request)
      next()
    })
    registerSandboxes(control, deps)
    registerState(control, deps)
    registerSnapshots(control, deps)
    registerBehavior(control, deps)
    registerClock(control, deps)
    registerFaults(control, deps)
    registerJournal(control, deps)
    done()
  })
}

/** What a control does not read is a mistake of the test. */
function rejectUnknownQuery({ query, routeOptions }: FastifyRequest): void {
  const [param] = Object.keys(query as object)
  if (param !== undefined && routeOptions.schema?.querystring === undefined) {
    throw errors.invalidQuery(param, 'left out: this control has no query', param)
  }
}
