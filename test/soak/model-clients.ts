import fc from 'fast-check'
import type { HttpClient } from '../model/harness/client.ts'
import { startArgs } from '../model/harness/initial-state.ts'
import { ModelRunner } from '../model/harness/model-runner.ts'
import { runStep } from '../model/harness/run-step.ts'
import { resetParts } from '../model/harness/sandbox-model.ts'
import { ShellScript } from '../model/harness/shell-script.ts'
import { type Step, steps } from '../model/harness/steps.ts'

const apiStepsPerControlStep = 20

// Bounds the contents of a sandbox, so that its memory reaches its maximum early in the soak.
const maxStepsPerRound = 300

// As many requests as a person can read when one fails.
const maxScriptRequests = 60

/** Runs steps one by one on a sandbox, its copy and their models. Throws ModelMismatch. */
export async function runModelClient(
  client: HttpClient,
  name: string,
  seed: number,
  isDone: () => boolean,
): Promise<void> {
  const script = new ShellScript(startArgs, maxScriptRequests)
  const runner = new ModelRunner({ client, names: [name, `${name}-copy`], script })
  const step = steps(2, apiStepsPerControlStep)
  for (let round = 0; ; round++) {
    const generatedSteps = fc.sample(step, { numRuns: maxStepsPerRound, seed: seed + round * 1000 })
    for (const each of [...generatedSteps, ...finalSteps(round)]) {
      if (isDone()) return
      await runStep(runner, each)
    }
  }
}

/** Resets the sandbox or removes it with its snapshots, and removes its copy. */
const finalSteps = (round: number): Step[] => [
  round % 2 === 0 ? { do: 'reset', at: 0, only: [...resetParts] } : { do: 'remove', at: 0 },
  { do: 'remove', at: 1 },
]
