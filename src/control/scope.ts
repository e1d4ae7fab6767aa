import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { bearerToken } from '../openai/auth.ts'
import type { Pauses } from '../pauses.ts'
import type { Registry } from '../sandbox/registry.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { registerBehavior } from './behavior.ts'
import { acceptDocuments } from './body.ts'
import { registerClock } from './clock.ts'
import * as errors from './errors.ts'
import { registerFaults } from './faults.ts'
import { registerRequests } from './requests.ts'
import { registerSandboxes } from './sandboxes.ts'
import { registerSnapshots } from './snapshots.ts'
import { registerState } from './state.ts'

/** What controls need of who registers them. */
export interface ControlOptions {
  registry: Registry
  /** The sandbox that a request addresses, made if it is not there. */
  addressed: (request: FastifyRequest) => Sandbox
  /** Throws where the Host may not ask for what is ours. */
  checkHost: (request: FastifyRequest) => void
  /** Streams are cut with what waits. */
  pauses: Pauses
  /** The operationIds of the emulated API. */
  operations: readonly string[]
  /** What `/_emulator` wants to be shown; `undefined` for nothing. */
  controlToken: string | undefined
}

/** Everything under `/_emulator`: what a tester does to a sandbox. Never faulted, never in the journal. */
export function registerControls(app: FastifyInstance, options: ControlOptions): void {
  const checkToken = createTokenCheck(options.controlToken)
  app.register((control, _options, done) => {
    acceptDocuments(control)
    control.addHook('onRequest', (request, _reply, next) => {
      options.checkHost(request)
      checkToken(request)
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

const hashed = (text: string) => createHash('sha256').update(text).digest()

/** Compares in constant time, whatever the length. */
function createTokenCheck(token: string | undefined): (request: FastifyRequest) => void {
  if (token === undefined) return () => {}
  const wanted = hashed(token)
  return ({ headers }) => {
    const shown = hashed(bearerToken(headers.authorization) ?? '')
    if (!timingSafeEqual(shown, wanted)) throw errors.missingControlToken()
  }
}
