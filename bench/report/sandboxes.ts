import { type Crowd, keysInEach } from '../sandboxes.ts'
import { divide, median, medianOf, ratios } from '../statistics.ts'
import { type Load, seconds, warmUps } from '../wrk.ts'
import { goal, type Section } from './section.ts'
import { show, table } from './table.ts'

/** What becomes of it all as sandboxes grow many. */
export function sandboxesSection(crowds: readonly Crowd[]): Section {
  const [one] = crowds
  if (one === undefined) throw new RangeError('no sandboxes were measured')
  const rows = crowds.map((crowd) => [
    show(crowd.sandboxes),
    show(median(perSecond(crowd.loads))),
    show(medianOf(ratios(perSecond(crowd.loads), perSecond(one.loads))), 2),
    show(medianOf(crowd.loads.map(({ processor }) => processor)), 1),
    show(crowd.megabytes),
    show(divide(kilobytesMore(crowd, one), crowd.sandboxes - one.sandboxes)),
    show(crowd.birth, 2),
  ])
  const most = crowds.at(-1) ?? one
  const slower = goal(
    `retrieve of ${show(most.sandboxes)} sandboxes in turn, time to that of one,`,
    medianOf(ratios(perSecond(one.loads), perSecond(most.loads))),
    '≤',
    1.2,
  )
  return {
    title: 'Sandboxes',
    text: [
      `Retrieve, addressed to each sandbox in turn, of ${keysInEach} keys each (wrk, ${one.loads.length} rounds of ${seconds} s, after ${warmUps} that do`,
      'not count). Birth is the first answer of a sandbox less its second, in the median.\n',
      table(
        ['sandboxes', 'retrieve, req/s', 'one = 1', 'CPU µs', 'resident, MB', 'KB a further one', 'birth, ms'],
        rows,
      ),
      '',
      slower.line,
    ].join('\n'),
    worse: slower.worse,
  }
}

const perSecond = (loads: readonly Load[]) => loads.map((each) => each.perSecond)

const kilobytesMore = (crowd: Crowd, one: Crowd) =>
  crowd.megabytes === undefined || one.megabytes === undefined ? undefined : (crowd.megabytes - one.megabytes) * 1024
