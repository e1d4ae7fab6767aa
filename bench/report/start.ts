import { memoryRatio, type StartFigures, type Starts, timeRatio } from '../start.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { goal, type Section, spread } from './section.ts'
import { show, table } from './table.ts'

const mostOf: Record<string, number> = { '@copilotkit/aimock': 0.85, '@stoplight/prism-cli': 0.2 }

/** Start and memory, of the floor, ours, and whoever else. */
export function startSection(starts: Starts, skipped: readonly string[]): Section {
  const { bare, ours, first, peers } = starts
  const head = ['', 'version', 'start, ms', 'lowest–highest', '× bare', 'resident, MB', '× bare']
  const rows = [bare, ours, first, ...peers.toSorted((a, b) => median(a.milliseconds) - median(b.milliseconds))].map(
    (each) => [
      each.name,
      each.version,
      show(median(each.milliseconds)),
      spread(each.milliseconds, 0),
      show(timeRatio(each, starts), 2),
      show(medianOf(each.megabytes)),
      show(memoryRatio(each, starts), 2),
    ],
  )
  const goals = [
    goal('start, × bare,', timeRatio(ours, starts), '≤', 3),
    goal('resident memory, × bare,', memoryRatio(ours, starts), '≤', 1.6),
    ...peers.flatMap((peer) => {
      const most = mostOf[peer.name]
      const ratio = medianOf(ratios(ours.milliseconds, peer.milliseconds))
      return most === undefined ? [] : [goal(`start, × ${peer.name},`, ratio, '≤', most)]
    }),
  ]
  const missing = [...skipped, ...starts.failed.map(({ name, reason }) => `${name}: ${reason.split('\n')[0]}`)]
  return {
    title: 'Start and memory',
    text: [
      `From spawn to the first 2xx answer, and the resident memory of the whole process tree right after it; medians of`,
      `${ours.milliseconds.length} interleaved rounds, on any core. The peers do other things than ours, and each other.`,
      `Ours finds what Node compiled in an earlier start, as the second start on any machine does, and every one of the image.`,
      `× bare is the median of the ratios of each round, here and below.\n`,
      table(head, rows),
      '',
      ...goals.map(({ line }) => line),
      ...missing.map((each) => `- Not measured: ${each}.`),
    ].join('\n'),
    worse: [...goals.flatMap(({ worse }) => worse), ...peers.flatMap((peer) => worseThan(peer, ours))],
  }
}

function worseThan(peer: StartFigures, ours: StartFigures): string[] {
  const [time, ourTime] = [median(peer.milliseconds), median(ours.milliseconds)]
  const [memory, ourMemory] = [medianOf(peer.megabytes), medianOf(ours.megabytes)]
  const slower = ourTime > time ? [`Ours starts slower than ${peer.name}: ${show(ourTime)} ms, not ${show(time)}.`] : []
  const larger =
    memory !== undefined && ourMemory !== undefined && ourMemory > memory
      ? [`Ours takes more memory than ${peer.name}: ${show(ourMemory)} MB, not ${show(memory)}.`]
      : []
  return [...slower, ...larger]
}
