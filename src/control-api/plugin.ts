import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Pauses } from '../common/abort.ts'
import type { Registry } from '../sandbox/registry.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { acceptDocuments } from './body.ts'
import { registerBehavior } from './controls/behavior.ts'
import { registerClock } from './controls/clock.ts'
import { registerFaults } from './controls/faults.ts'
import { registerRequests } from './controls/journal.ts'
import { registerSandboxes } from './controls/sandboxes.ts'
import { registerSnapshots } from './controls/snapshots.ts'
import { registerState } from './controls/state.ts'
import * as errors from './errors.ts'

/** What controls need of who registers them. */
export interface ControlOptions {
  registry: Registry
  /** The sandbox that a request addresses, made if it is not there. */
  addressed: (request: FastifyRequest) => Sandbox
  /** Throws where the Host may not ask for what is ours. */
  checkHost: (request: FastifyRequest) => void
  /** Streams are cut with what waits. */
  pauses: Pauses
  /** Of each operation of the emulated API an answer that has everything one can have. */
  exampleAnswers: Readonly<Record<string, unknown>>
  /** Throws where a token is wanted that is not shown. */
  checkToken: (request: FastifyRequest) => void
}

/** Everything under `/_emulator`: what a tester does to a sandbox. Never faulted, never in the journal. */
export function registerControls(app: FastifyInstance, options: ControlOptions): void {
  app.register((control, _options, done) => {
    acceptDocuments(control)
    control.addHook('onRequest', (request, _reply, next) => {
      options.checkHost(request)
      options.checkToken(request)
      refuseQuery(request)
      next()
    })
    registerSandboxes(control, options)
    registerState(control, options)
    registerSnapshots(control, options)
    registerBehavior(control, options)
    registerClock(control, options)
    registerFaults(control, options)
    registerRequests(control, options)
    done()
  })
}

/** What a control does not read is a mistake of the test. */
function refuseQuery({ query, routeOptions }: FastifyRequest): void {
  const [param] = Object.keys(query as object)
  if (param !== undefined && routeOptions.schema?.querystring === undefined) {
    throw errors.invalidQuery(param, 'left out: this control has no query', param)
  }
}
