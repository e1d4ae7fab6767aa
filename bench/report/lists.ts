import type { ListFigures, ListResults } from '../lists.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { durationSeconds, type LoadResult, warmUpRounds } from '../wrk.ts'
import { checkGoal, type Section } from './section.ts'
import { formatNumber, renderTable } from './table.ts'

/** Renders what a page of the lists around admin keys costs among many objects. */
export function listsSection({ objects, lists, seeds }: ListResults): Section {
  const few = formatNumber(objects.few)
  const many = formatNumber(objects.many)
  const goals = lists.map((each) =>
    checkGoal(
      `page of 20 ${each.name}, time at ${many} to ${few} objects,`,
      timeRatio(each),
      '≤',
      1.2,
      'a-million-keys',
    ),
  )
  return {
    title: 'Lists of project keys and audit events',
    text: [
      `A page of 20 after the middle object, in memory (wrk, ${lists[0]?.few.length} rounds of ${durationSeconds} s in turn after ${warmUpRounds} warm-up rounds).`,
      'Time is relative to the page among few objects, computed from the throughput.\n',
      renderTable(
        ['', `${few}, req/s`, `${many}, req/s`, 'time, few = 1', `${few}, CPU µs`, `${many}, CPU µs`, 'few = 1'],
        lists.map((each) => [
          each.name,
          formatNumber(median(perSecond(each.few))),
          formatNumber(median(perSecond(each.many))),
          formatNumber(timeRatio(each), 2),
          formatNumber(medianOf(cpuOf(each.few)), 1),
          formatNumber(medianOf(cpuOf(each.many)), 1),
          formatNumber(medianOf(ratios(cpuOf(each.many), cpuOf(each.few))), 2),
        ]),
      ),
      '',
      renderTable(
        ['start with', 's', 'resident, MB'],
        seeds.map(({ what, seconds, megabytes }) => [
          `${many} generated ${what}`,
          formatNumber(seconds, 2),
          formatNumber(megabytes),
        ]),
      ),
      '',
      ...goals.map(({ line }) => line),
    ].join('\n'),
    shortfalls: goals.flatMap(({ shortfalls }) => shortfalls),
    summary: lists.map((each) => ({
      what: `page of 20 ${each.name} among ${many}`,
      figure: `${formatNumber(median(perSecond(each.many)))} requests/s`,
      compared: `${formatNumber(timeRatio(each), 2)} × the time among ${few}`,
    })),
  }
}

const perSecond = (loads: readonly LoadResult[]) => loads.map(({ requestsPerSecond }) => requestsPerSecond)
const cpuOf = (loads: readonly LoadResult[]) => loads.map(({ cpuMicroseconds }) => cpuMicroseconds)

// Inverted throughput: a longer time gives a larger ratio.
const timeRatio = ({ few, many }: ListFigures) => medianOf(ratios(perSecond(few), perSecond(many)))
