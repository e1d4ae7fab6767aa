import type { Behavior } from '../openai-api/behavior.ts'
import { type Fact, isSame, Unlike } from './checks/check-result.ts'
import type { Check } from './checks/response-checks.ts'
import type { Asked } from './client/client.ts'
import type { Answer } from './client/response.ts'
import type { Stage } from './probe-context.ts'

/**
 * What a line of the contract rests on: the published document, the source of an official client, a real answer on another
 * route of the API, nothing (docs/fidelity.md). `ours` is asked of an emulator alone.
 */
export type Evidence = 'spec' | 'sdk' | 'sibling' | 'assumed' | 'ours'

/** A behaviour of the emulator, and the value by which it answers otherwise. */
export type Turn = Partial<Behavior>

/** What a probe found. */
export interface Finding {
  facts: readonly Fact[]
  /** By which the emulator would answer as this server does, where it can. */
  turn?: Turn
}

/** One line of the contract, and how to see whether a server keeps it. */
export interface Probe {
  name: string
  evidence: Evidence
  /** It makes, changes or deletes something, or would on a server that is wrong. */
  writes?: true
  /** How many keys there must be. */
  keys?: number
  /** Rejects with Unlike, NoAnswer or Unsuitable where it ends early. */
  run: (stage: Stage) => Promise<Finding>
}

/** What else a server may answer, and what makes the emulator do so. */
export interface Alternative {
  turn: Turn
  checks: readonly Check[]
}

/** Looks at an answer; where it is not as expected, whether it is what an alternative expects. */
export function examine(answer: Answer, checks: readonly Check[], otherwise: readonly Alternative[] = []): Finding {
  const facts = look(answer, checks)
  if (facts.every(isSame)) return { facts }
  const turn = otherwise.find((each) => look(answer, each.checks).every(isSame))?.turn
  return turn === undefined ? { facts } : { facts, turn }
}

/** What is expected is told whole; what is seen, only as far as there was a use in looking. */
function look(answer: Answer, checks: readonly Check[]): Fact[] {
  let isOver = false
  return checks.map((check) => {
    try {
      const { expected, seen } = check(answer)
      return { expected, seen: isOver ? '' : seen }
    } catch (thrown) {
      if (!(thrown instanceof Unlike)) throw thrown
      isOver = true
      return thrown.fact
    }
  })
}

/** Asks once and looks at the answer. */
export const asks =
  (
    asked: Asked | ((stage: Stage) => Asked | Promise<Asked>),
    checks: readonly Check[] | ((stage: Stage) => readonly Check[] | Promise<readonly Check[]>),
    otherwise: readonly Alternative[] = [],
  ): Probe['run'] =>
  async (stage) => {
    const request = typeof asked === 'function' ? await asked(stage) : asked
    const answer = await (request.method === 'GET' ? stage.look(request) : stage.ask(request))
    return examine(answer, typeof checks === 'function' ? await checks(stage) : checks, otherwise)
  }

/** A probe that makes, changes or deletes something. */
export const writing = (name: string, evidence: Evidence, run: Probe['run']): Probe => ({
  name,
  evidence,
  writes: true,
  run,
})
