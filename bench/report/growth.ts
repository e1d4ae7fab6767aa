import { type BlockingFigures, importedKeys } from '../blocking.ts'
import { type GrowthFigures, requestKinds, sizes, storages } from '../growth.ts'
import { divide, median, medianOf, ratios } from '../statistics.ts'
import { durationSeconds, type LoadResult, warmUpRounds } from '../wrk.ts'
import { blockingGoal, type Grown, growthGoals, requestNames } from './growth-goals.ts'
import type { Section } from './section.ts'
import type { SummaryRow } from './summary.ts'
import { formatNumber, renderTable } from './table.ts'

const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)]
const relative = `${smallest} = 1`

/** Renders how time and memory grow with the number of keys. */
export function growthSection(grown: readonly GrowthFigures[], blocking: BlockingFigures): Section {
  const largestOnes = grown.filter(({ keys }) => keys === largest).map((each) => compareToFew(grown, each))
  const goals = [...largestOnes.flatMap(growthGoals), blockingGoal(blocking)]
  return {
    title: 'Growth',
    text: [
      `Time per request is relative to ${smallest} keys in the same storage, computed from the throughput (wrk,`,
      `${grown[0]?.loads.retrieve.length} rounds of ${durationSeconds} s over all ${sizes.length * storages.length} servers in turn after ${warmUpRounds} warm-up rounds). Retrieve: keys spread`,
      'over all ids. Page: after the middle key. Create: in a new sandbox each round, except at the largest size, which',
      'uses one sandbox throughout. A walk lists every key in pages of 100; with few keys it mostly shows the cost of any',
      'request. Start is from spawn to the first response, with all keys seeded.\n',
      throughputTable(grown),
      '',
      cpuTable(grown),
      '',
      spaceTable(grown),
      '',
      `Importing ${formatNumber(importedKeys)} generated keys into a running emulator took ${formatNumber(blocking.importSeconds, 1)} s; meanwhile, the longest request to \`/health\``,
      `took ${formatNumber(blocking.longestMilliseconds)} ms.\n`,
      ...goals.map(({ line }) => line),
    ].join('\n'),
    shortfalls: goals.flatMap(({ shortfalls }) => shortfalls),
    summary: largestOnes.flatMap(summaryOf),
  }
}

function compareToFew(grown: readonly GrowthFigures[], each: GrowthFigures): Grown {
  const few = smallestOf(grown, each)
  const time = (kind: (typeof requestKinds)[number]) => timeRatio(each.loads[kind], few.loads[kind])
  return { each, few, times: { retrieve: time('retrieve'), list: time('list'), create: time('create') } }
}

const summaryOf = ({ each, few, times }: Grown): SummaryRow[] => [
  {
    what: `start with ${formatNumber(each.keys)} generated keys in ${each.storage}`,
    figure: `${formatNumber(each.seedSeconds, 1)} s, ${formatNumber(each.megabytes)} MB`,
    compared: `with ${few.keys}: ${formatNumber(few.seedSeconds, 1)} s, ${formatNumber(few.megabytes)} MB`,
  },
  {
    what: `a request among them: ${requestKinds.map((kind) => requestNames[kind]).join(', ')}`,
    figure: `${requestKinds.map((kind) => formatNumber(times[kind], 2)).join(', ')} ×`,
    compared: `the time with ${few.keys} keys`,
  },
]

function throughputTable(grown: readonly GrowthFigures[]): string {
  const head = requestKinds.flatMap((kind) => [`${requestNames[kind]}, req/s`, `time, ${relative}`])
  const rows = grown.map((each) =>
    requestKinds.flatMap((kind) => {
      const loads = each.loads[kind]
      return [
        formatNumber(median(loads.map(perSecond))),
        formatNumber(timeRatio(loads, smallestOf(grown, each).loads[kind]), 2),
      ]
    }),
  )
  return labeledTable(grown, head, rows)
}

function cpuTable(grown: readonly GrowthFigures[]): string {
  const head = requestKinds.flatMap((kind) => [`${requestNames[kind]}, CPU µs`, relative])
  const rows = grown.map((each) =>
    requestKinds.flatMap((kind) => {
      const [measured, smallest] = [each, smallestOf(grown, each)].map(({ loads }) =>
        loads[kind].map(({ cpuMicroseconds }) => cpuMicroseconds),
      )
      return [
        formatNumber(medianOf(measured ?? []), 1),
        formatNumber(medianOf(ratios(measured ?? [], smallest ?? [])), 2),
      ]
    }),
  )
  return labeledTable(grown, head, rows)
}

function spaceTable(grown: readonly GrowthFigures[]): string {
  const head = ['start, s', 'resident, MB', 'files, MB', 'walk, µs per key', relative]
  const rows = grown.map((each) => [
    formatNumber(each.seedSeconds, 2),
    formatNumber(each.megabytes),
    formatNumber(each.fileMegabytes, 1),
    formatNumber(each.walkMicrosecondsPerKey, 2),
    formatNumber(divide(each.walkMicrosecondsPerKey, smallestOf(grown, each).walkMicrosecondsPerKey), 2),
  ])
  return labeledTable(grown, head, rows)
}

const labeledTable = (grown: readonly GrowthFigures[], head: readonly string[], rows: readonly (readonly string[])[]) =>
  renderTable(
    ['', ...head],
    rows.map((cells, row) => [`${formatNumber(grown[row]?.keys)} in ${grown[row]?.storage}`, ...cells]),
  )

const smallestOf = (grown: readonly GrowthFigures[], { storage }: GrowthFigures) =>
  grown.find((each) => each.storage === storage && each.keys === smallest) as GrowthFigures

const perSecond = (load: LoadResult) => load.requestsPerSecond

// Inverted throughput: a longer time gives a larger ratio.
const timeRatio = (loads: readonly LoadResult[], smallest: readonly LoadResult[]) =>
  medianOf(ratios(smallest.map(perSecond), loads.map(perSecond)))
