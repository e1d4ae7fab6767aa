import { type OperationFigures, type OperationName, processorRatios, throughputRatios } from '../operations.ts'
import { median, medianOf } from '../statistics.ts'
import { connections, type Load, seconds, warmUps } from '../wrk.ts'
import { goal, type Section, spread } from './section.ts'
import { show, table } from './table.ts'

const leastOf: Record<OperationName, number> = { retrieve: 0.55, list: 0.3, create: 0.25, delete: 0.25 }

export type Operations = Record<OperationName, OperationFigures>

/** The four operations, beside a bare server that sends the same bytes. */
export function operationsSection(operations: Operations): Section {
  const entries = Object.entries(operations)
  const rounds = operations.retrieve.ours.length
  const goals = entries.map(([name, figures]) =>
    goal(`${name}, throughput of bare,`, medianOf(throughputRatios(figures)), '≥', leastOf[name as OperationName]),
  )
  const throughput = entries.map(([name, figures]) => [
    name,
    rate(figures.bare),
    rate(figures.ours),
    show(medianOf(throughputRatios(figures)), 2),
    spread(throughputRatios(figures), 2),
    show(processorOf(figures.bare), 1),
    show(processorOf(figures.ours), 1),
    show(medianOf(processorRatios(figures)), 2),
  ])
  const latency = entries.map(([name, { bare, ours }]) => [
    name,
    ...[bare, ours].flatMap((loads) => [
      show(median(loads.map(({ p50 }) => p50)), 2),
      show(median(loads.map(({ p99 }) => p99)), 2),
    ]),
  ])
  return {
    title: 'The four operations',
    text: [
      `wrk with ${connections} connections, ${rounds} rounds of ${seconds} s, bare and ours in turn in each, when both were warm`,
      `(ours after ${warmUps} such rounds, bare after one); medians, and the ratio of each round. Bare is \`node:http\` sending`,
      'the bytes and headers of one true answer.',
      'Retrieve: one key of 100. List: 20 keys from the middle of 100. Create and delete: in a sandbox new for the round.',
      'CPU is the processor time of the server for one request, the figure that other work on the machine disturbs least.\n',
      table(
        [
          '',
          'bare, req/s',
          'ours, req/s',
          'ours / bare',
          'lowest–highest',
          'bare, CPU µs',
          'ours, CPU µs',
          'ours / bare',
        ],
        throughput,
      ),
      '',
      table(['latency, ms', 'bare p50', 'bare p99', 'ours p50', 'ours p99'], latency),
      '',
      ...goals.map(({ line }) => line),
    ].join('\n'),
    worse: goals.flatMap(({ worse }) => worse),
  }
}

const rate = (loads: readonly Load[]) => show(median(loads.map(({ perSecond }) => perSecond)))
const processorOf = (loads: readonly Load[]) => medianOf(loads.map(({ processor }) => processor))
