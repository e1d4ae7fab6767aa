import { type GrowthFigures, requestKinds, sizes, storages } from '../growth.ts'
import { divide, median, medianOf, ratios } from '../statistics.ts'
import { durationSeconds, type LoadResult, warmUpRounds } from '../wrk.ts'
import { checkGoal, type Section } from './section.ts'
import type { SummaryRow } from './summary.ts'
import { formatNumber, renderTable } from './table.ts'

const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)]
const names = { retrieve: 'retrieve', list: 'page of 20', create: 'create' }
const relative = `${smallest} = 1`

/** Renders how time and memory grow with the number of keys. */
export function growthSection(grown: readonly GrowthFigures[]): Section {
  const goals = grown
    .filter(({ keys }) => keys === largest)
    .flatMap((each) =>
      requestKinds.map((kind) => {
        const ratio = timeRatio(each.loads[kind], smallestOf(grown, each).loads[kind])
        return checkGoal(
          `${names[kind]} in ${each.storage}, time at ${formatNumber(largest)} to ${smallest} keys,`,
          ratio,
          '≤',
          1.2,
        )
      }),
    )
  for (const each of grown.filter(({ keys }) => keys === largest)) {
    const ratio = divide(each.walkMicrosecondsPerKey, smallestOf(grown, each).walkMicrosecondsPerKey)
    goals.push(
      checkGoal(
        `walk in ${each.storage}, time per key at ${formatNumber(largest)} to ${smallest} keys,`,
        ratio,
        '≤',
        1.2,
      ),
    )
  }
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
      ...goals.map(({ line }) => line),
    ].join('\n'),
    shortfalls: goals.flatMap(({ shortfalls }) => shortfalls),
    summary: grown.filter(({ keys }) => keys === largest).flatMap((each) => summaryOf(each, smallestOf(grown, each))),
  }
}

const summaryOf = (each: GrowthFigures, small: GrowthFigures): SummaryRow[] => [
  {
    what: `start with ${formatNumber(each.keys)} generated keys in ${each.storage}`,
    figure: `${formatNumber(each.seedSeconds, 1)} s, ${formatNumber(each.megabytes)} MB`,
    compared: `with ${small.keys}: ${formatNumber(small.seedSeconds, 1)} s, ${formatNumber(small.megabytes)} MB`,
  },
  {
    what: `a request among them: ${requestKinds.map((kind) => names[kind]).join(', ')}`,
    figure: `${requestKinds.map((kind) => formatNumber(timeRatio(each.loads[kind], small.loads[kind]), 2)).join(', ')} ×`,
    compared: `the time with ${small.keys} keys`,
  },
]

function throughputTable(grown: readonly GrowthFigures[]): string {
  const head = requestKinds.flatMap((kind) => [`${names[kind]}, req/s`, `time, ${relative}`])
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
  const head = requestKinds.flatMap((kind) => [`${names[kind]}, CPU µs`, relative])
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
