import fc from 'fast-check'
import type { Asker } from '../model/generated/client.ts'
import { startOptions } from '../model/generated/initial-state.ts'
import { World } from '../model/generated/model-runner.ts'
import { play } from '../model/generated/run-commands.ts'
import { parts } from '../model/generated/sandbox-model.ts'
import { Script } from '../model/generated/shell-script.ts'
import { type Step, steps } from '../model/generated/steps.ts'

// Of so many requests a tester's is about one.
const calm = 20

// So many steps at most grow on each other. What a sandbox may hold is then soon as much as it will ever be.
const longestLife = 300

// As many requests as a person can read.
const remembered = 60

/** Lives in a sandbox and its forks, one step after the other, beside the model. Throws Difference. */
export async function livePair(client: Asker, name: string, seed: number, isOver: () => boolean): Promise<void> {
  const script = new Script(startOptions, remembered)
  const world = new World({ client, names: [name, `${name}-fork`], script })
  const step = steps(2, calm)
  for (let life = 0; ; life++) {
    const drawn = fc.sample(step, { numRuns: longestLife, seed: seed + life * 1000 })
    for (const each of [...drawn, ...endOf(life)]) {
      if (isOver()) return
      await play(world, each)
    }
  }
}

/** The sandbox goes back to its beginning, or is removed, snapshots and all; its fork is removed. */
const endOf = (life: number): Step[] => [
  life % 2 === 0 ? { do: 'reset', at: 0, what: [...parts] } : { do: 'remove', at: 0 },
  { do: 'remove', at: 1 },
]
