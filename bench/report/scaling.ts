import { availableParallelism } from 'node:os'
import { type Scaling, scaledSandboxes, setups } from '../scaling.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { connections, type LoadResult, warmUpRounds } from '../wrk.ts'
import { formatRange, type Section } from './section.ts'
import { formatNumber, renderTable } from './table.ts'

const perSecond = (loads: readonly LoadResult[]) => loads.map((each) => each.requestsPerSecond)

/** Renders the throughput of emulators behind a proxy. */
export function scalingSection(scaling: Scaling): Section {
  const alone = perSecond(scaling['one alone'])
  const rows = setups.map((setup) => {
    const relative = ratios(perSecond(scaling[setup]), alone)
    return [
      setup,
      formatNumber(median(perSecond(scaling[setup]))),
      formatNumber(medianOf(relative), 2),
      formatRange(relative, 2),
    ]
  })
  return {
    title: 'With a reverse proxy',
    text: [
      `Retrieve, from each of ${scaledSandboxes} sandboxes in turn, with nginx configured as in docs/scaling.md: each sandbox is on one of`,
      `the emulators (wrk with ${connections} connections, ${alone.length} rounds in turn after ${warmUpRounds} warm-up rounds, not pinned to cores). Emulators,`,
      `nginx and wrk share the ${availableParallelism()} cores of this machine.\n`,
      renderTable(['emulators', 'retrieve, req/s', 'one alone = 1', 'range'], rows),
    ].join('\n'),
    shortfalls: [],
    summary: [],
  }
}
