import { keysPerSandbox, type SandboxFigures } from '../sandboxes.ts'
import { divide, median, medianOf, ratios } from '../statistics.ts'
import { durationSeconds, type LoadResult, warmUpRounds } from '../wrk.ts'
import { checkGoal, type Section } from './section.ts'
import { formatNumber, renderTable } from './table.ts'

/** Renders how time and memory grow with the number of sandboxes. */
export function sandboxesSection(figures: readonly SandboxFigures[]): Section {
  const [one] = figures
  if (one === undefined) throw new RangeError('no sandboxes were measured')
  const rows = figures.map((each) => [
    formatNumber(each.sandboxes),
    formatNumber(median(perSecond(each.loads))),
    formatNumber(medianOf(ratios(perSecond(each.loads), perSecond(one.loads))), 2),
    formatNumber(medianOf(each.loads.map(({ cpuMicroseconds }) => cpuMicroseconds)), 1),
    formatNumber(each.megabytes),
    formatNumber(divide(kilobytesMore(each, one), each.sandboxes - one.sandboxes)),
    formatNumber(each.creationMilliseconds, 2),
  ])
  const largest = figures.at(-1) ?? one
  const checked = checkGoal(
    `retrieve of ${formatNumber(largest.sandboxes)} sandboxes in turn, time relative to one,`,
    medianOf(ratios(perSecond(one.loads), perSecond(largest.loads))),
    '≤',
    1.3,
    'many-sandboxes',
  )
  return {
    title: 'Sandboxes',
    text: [
      `Retrieve, from each sandbox in turn, with ${keysPerSandbox} keys each (wrk, ${one.loads.length} rounds of ${durationSeconds} s after ${warmUpRounds} warm-up rounds).`,
      'Creation time is the median first response time of a sandbox minus the median second.\n',
      renderTable(
        ['sandboxes', 'retrieve, req/s', 'one = 1', 'CPU µs', 'resident, MB', 'KB per sandbox', 'creation, ms'],
        rows,
      ),
      '',
      checked.line,
    ].join('\n'),
    shortfalls: checked.shortfalls,
    summary: [
      {
        what: `${formatNumber(largest.sandboxes)} sandboxes of ${keysPerSandbox} keys`,
        figure: `${formatNumber(largest.megabytes)} MB`,
        compared: `a request to one after the other: ${formatNumber(medianOf(ratios(perSecond(one.loads), perSecond(largest.loads))), 2)} × one sandbox`,
      },
    ],
  }
}

const perSecond = (loads: readonly LoadResult[]) => loads.map((each) => each.requestsPerSecond)

const kilobytesMore = (each: SandboxFigures, one: SandboxFigures) =>
  each.megabytes === undefined || one.megabytes === undefined ? undefined : (each.megabytes - one.megabytes) * 1024
