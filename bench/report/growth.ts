import { asked, type Grown, sizes, storages } from '../growth.ts'
import { divide, median, medianOf, ratios } from '../statistics.ts'
import { type Load, seconds, warmUps } from '../wrk.ts'
import { goal, type Section } from './section.ts'
import { show, table } from './table.ts'

const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)]
const names = { retrieve: 'retrieve', list: 'page of 20', create: 'create' }
const relative = `${smallest} = 1`

/** What becomes of it all as keys grow many. */
export function growthSection(grown: readonly Grown[]): Section {
  const goals = grown
    .filter(({ keys }) => keys === largest)
    .flatMap((each) =>
      asked.map((kind) => {
        const ratio = timeRatio(each.loads[kind], smallOf(grown, each).loads[kind])
        return goal(`${names[kind]} in ${each.storage}, time at ${show(largest)} to ${smallest} keys,`, ratio, '≤', 1.2)
      }),
    )
  for (const each of grown.filter(({ keys }) => keys === largest)) {
    const ratio = divide(each.walk, smallOf(grown, each).walk)
    goals.push(goal(`walk in ${each.storage}, time a key at ${show(largest)} to ${smallest} keys,`, ratio, '≤', 1.2))
  }
  return {
    title: 'Growth',
    text: [
      `Time is that for a request relative to ${smallest} keys in the same storage, from the throughput (wrk,`,
      `${grown[0]?.loads.retrieve.length} rounds of ${seconds} s over all ${sizes.length * storages.length} servers in turn, after ${warmUps} that do not count). Retrieve: keys from all over`,
      'the ids. Page: after the key in the middle. Create: in a sandbox new for the round, but for the largest, whose own',
      'is used. A walk lists every key by pages of 100. Start is from spawn to the first answer, all keys seeded; a walk of few',
      'keys is mostly the cost of asking at all.\n',
      throughputTable(grown),
      '',
      processorTable(grown),
      '',
      spaceTable(grown),
      '',
      ...goals.map(({ line }) => line),
    ].join('\n'),
    worse: goals.flatMap(({ worse }) => worse),
  }
}

function throughputTable(grown: readonly Grown[]): string {
  const head = asked.flatMap((kind) => [`${names[kind]}, req/s`, `time, ${relative}`])
  const rows = grown.map((each) =>
    asked.flatMap((kind) => {
      const loads = each.loads[kind]
      return [show(median(loads.map(perSecond))), show(timeRatio(loads, smallOf(grown, each).loads[kind]), 2)]
    }),
  )
  return labelled(grown, head, rows)
}

function processorTable(grown: readonly Grown[]): string {
  const head = asked.flatMap((kind) => [`${names[kind]}, CPU µs`, relative])
  const rows = grown.map((each) =>
    asked.flatMap((kind) => {
      const [own, small] = [each, smallOf(grown, each)].map(({ loads }) =>
        loads[kind].map(({ processor }) => processor),
      )
      return [show(medianOf(own ?? []), 1), show(medianOf(ratios(own ?? [], small ?? [])), 2)]
    }),
  )
  return labelled(grown, head, rows)
}

function spaceTable(grown: readonly Grown[]): string {
  const head = ['start, s', 'resident, MB', 'files, MB', 'walk, µs a key', relative]
  const rows = grown.map((each) => [
    show(each.seedSeconds, 2),
    show(each.megabytes),
    show(each.fileMegabytes, 1),
    show(each.walk, 2),
    show(divide(each.walk, smallOf(grown, each).walk), 2),
  ])
  return labelled(grown, head, rows)
}

const labelled = (grown: readonly Grown[], head: readonly string[], rows: readonly (readonly string[])[]) =>
  table(
    ['', ...head],
    rows.map((cells, row) => [`${show(grown[row]?.keys)} in ${grown[row]?.storage}`, ...cells]),
  )

const smallOf = (grown: readonly Grown[], { storage }: Grown) =>
  grown.find((each) => each.storage === storage && each.keys === smallest) as Grown

const perSecond = (load: Load) => load.perSecond

// Throughput the other way round: what takes longer is the larger.
const timeRatio = (loads: readonly Load[], small: readonly Load[]) =>
  medianOf(ratios(small.map(perSecond), loads.map(perSecond)))
