import { availableParallelism } from 'node:os'
import { type Scaling, scaledSandboxes, setups } from '../scaling.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { connections, type Load, warmUps } from '../wrk.ts'
import { type Section, spread } from './section.ts'
import { show, table } from './table.ts'

const perSecond = (loads: readonly Load[]) => loads.map((each) => each.perSecond)

/** What a proxy before two emulators is worth on this machine. */
export function scalingSection(scaling: Scaling): Section {
  const alone = perSecond(scaling['one alone'])
  const rows = setups.map((setup) => {
    const relative = ratios(perSecond(scaling[setup]), alone)
    return [setup, show(median(perSecond(scaling[setup]))), show(medianOf(relative), 2), spread(relative, 2)]
  })
  return {
    title: 'Behind a proxy',
    text: [
      `Retrieve, addressed to each of ${scaledSandboxes} sandboxes in turn, as docs/scaling.md has it: each sandbox on one of the emulators`,
      `(wrk with ${connections} connections, ${alone.length} rounds in turn, after ${warmUps} that do not count; on any core). Emulators, nginx`,
      `and wrk share the ${availableParallelism()} cores of this machine.\n`,
      table(['emulators', 'retrieve, req/s', 'one alone = 1', 'lowest–highest'], rows),
    ].join('\n'),
    worse: [],
  }
}
