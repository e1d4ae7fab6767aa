import { memoryRatio, type StartFigures, type StartResults, timeRatio } from '../start.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { checkGoal, formatRange, type Section } from './section.ts'
import type { SummaryRow } from './summary.ts'
import { formatNumber, renderTable } from './table.ts'

const maximumRatios: Record<string, number> = { '@copilotkit/aimock': 0.85, '@stoplight/prism-cli': 0.2 }

/** Renders start time and memory of the bare server, the emulator and its peers. */
export function startSection(starts: StartResults, skipped: readonly string[]): Section {
  const { bare, emulator, withoutCache, peers } = starts
  const head = ['', 'version', 'start, ms', 'range', '× bare', 'resident, MB', '× bare']
  const rows = [
    bare,
    emulator,
    withoutCache,
    ...peers.toSorted((a, b) => median(a.milliseconds) - median(b.milliseconds)),
  ].map((each) => [
    each.name,
    each.version,
    formatNumber(median(each.milliseconds)),
    formatRange(each.milliseconds, 0),
    formatNumber(timeRatio(each, starts), 2),
    formatNumber(medianOf(each.megabytes)),
    formatNumber(memoryRatio(each, starts), 2),
  ])
  const goals = [
    checkGoal('start, × bare,', timeRatio(emulator, starts), '≤', 2.5, 'startup'),
    checkGoal('resident memory, × bare,', memoryRatio(emulator, starts), '≤', 1.6, 'startup'),
    ...peers.flatMap((peer) => {
      const maximum = maximumRatios[peer.name]
      const ratio = medianOf(ratios(emulator.milliseconds, peer.milliseconds))
      return maximum === undefined ? [] : [checkGoal(`start, × ${peer.name},`, ratio, '≤', maximum, 'startup')]
    }),
  ]
  const notMeasured = [...skipped, ...starts.failed.map(({ name, reason }) => `${name}: ${reason.split('\n')[0]}`)]
  return {
    title: 'Start and memory',
    text: [
      `From spawn to the first 2xx response, and the resident memory of the whole process tree right after it; medians of`,
      `${emulator.milliseconds.length} interleaved rounds, on any core. The peers have different purposes from the emulator and from each other.`,
      `The emulator uses the compile cache of an earlier start, as every start but the first does, and every start of the image.`,
      `× bare is the median of the ratios within each round, here and below.\n`,
      renderTable(head, rows),
      '',
      ...goals.map(({ line }) => line),
      ...notMeasured.map((each) => `- Not measured: ${each}.`),
    ].join('\n'),
    shortfalls: [
      ...goals.flatMap(({ shortfalls }) => shortfalls),
      ...peers.flatMap((peer) => shortfallsAgainst(peer, emulator)),
    ],
    summary: summaryOf(starts),
  }
}

const summaryOf = (starts: StartResults): SummaryRow[] => [
  {
    what: 'start, to the first response',
    figure: `${formatNumber(median(starts.emulator.milliseconds))} ms`,
    compared: `${formatNumber(timeRatio(starts.emulator, starts), 1)} × bare Node; peers ${rangeOfPeers(starts, timeRatio)} ×`,
  },
  {
    what: 'memory after the start',
    figure: `${formatNumber(medianOf(starts.emulator.megabytes))} MB`,
    compared: `${formatNumber(memoryRatio(starts.emulator, starts), 1)} × bare Node; peers ${rangeOfPeers(starts, memoryRatio)} ×`,
  },
]

const rangeOfPeers = (starts: StartResults, ratioOf: typeof timeRatio) =>
  formatRange(
    starts.peers.map((peer) => ratioOf(peer, starts)),
    1,
  )

function shortfallsAgainst(peer: StartFigures, emulator: StartFigures): string[] {
  const [time, emulatorTime] = [median(peer.milliseconds), median(emulator.milliseconds)]
  const [memory, emulatorMemory] = [medianOf(peer.megabytes), medianOf(emulator.megabytes)]
  const slower =
    emulatorTime > time
      ? [`${peer.name} starts faster: ${formatNumber(time)} ms, emulator ${formatNumber(emulatorTime)} ms.`]
      : []
  const larger =
    memory !== undefined && emulatorMemory !== undefined && emulatorMemory > memory
      ? [`${peer.name} takes less memory: ${formatNumber(memory)} MB, emulator ${formatNumber(emulatorMemory)} MB.`]
      : []
  return [...slower, ...larger]
}
