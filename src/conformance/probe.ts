import { type Alternative, evaluate, type ProbeOutcome } from './checks/evaluate.ts'
import { type Check, succeeds } from './checks/response-checks.ts'
import type { ProbeRequest } from './client/requests.ts'
import type { ProbeContext } from './probe-context.ts'

/**
 * The source of a probe's expectation (docs/fidelity.md): `spec`, the published OpenAPI document; `sdk`, the source of an
 * official client; `recorded`, a real response of these routes; `sibling`, one of another route of the API; `assumed`, no
 * source. An `emulator` probe is about the emulator itself and applies to no other server.
 */
export type Evidence = 'spec' | 'sdk' | 'recorded' | 'sibling' | 'assumed' | 'emulator'

/** One line of the contract, and how to test whether a server keeps it. */
export interface Probe {
  name: string
  evidence: Evidence
  /** Whether the probe creates, changes or deletes something, or would on a server with a bug. */
  writes?: true
  /** How many keys must exist. */
  minKeys?: number
  /** Creates what must expire before `run`. Called before all probes that write, so that they do not wait one after the other. */
  prepare?: (context: ProbeContext) => Promise<unknown>
  /** Rejects with Mismatch, NoResponse or NotApplicable if it ends early. */
  run: (context: ProbeContext) => Promise<ProbeOutcome>
}

/** A `run` that sends one request and evaluates the response. */
export const sendAndCheck =
  (
    request: ProbeRequest | ((context: ProbeContext) => ProbeRequest | Promise<ProbeRequest>),
    checks: readonly Check[] | ((context: ProbeContext) => readonly Check[] | Promise<readonly Check[]>),
    alternatives: readonly Alternative[] = [],
  ): Probe['run'] =>
  async (context) => {
    const resolved = typeof request === 'function' ? await request(context) : request
    const response = await (resolved.method === 'GET' ? context.sendCached(resolved) : context.send(resolved))
    return evaluate(response, typeof checks === 'function' ? await checks(context) : checks, alternatives)
  }

export const readProbe = (name: string, evidence: Evidence, run: Probe['run']): Probe => ({ name, evidence, run })

export const writeProbe = (name: string, evidence: Evidence, run: Probe['run'], prepare?: Probe['prepare']): Probe => ({
  name,
  evidence,
  writes: true,
  run,
  ...(prepare && { prepare }),
})

/** A probe that checks the first hundred keys. */
export const keyProbe = (
  name: string,
  evidence: Evidence,
  check: Check,
  alternatives: readonly Alternative[] = [],
): Probe => ({
  name,
  evidence,
  minKeys: 1,
  run: async (context) => evaluate((await context.existingKeys()).response, [succeeds, check], alternatives),
})
