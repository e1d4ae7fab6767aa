import { cpuRatios, type OperationFigures, type OperationName, throughputRatios } from '../operations.ts'
import { median, medianOf } from '../statistics.ts'
import { connections, durationSeconds, type LoadResult, warmUpRounds } from '../wrk.ts'
import { checkGoal, formatRange, type Section } from './section.ts'
import { formatNumber, renderTable } from './table.ts'

const minimumRatios: Record<OperationName, number> = { retrieve: 0.55, list: 0.3, create: 0.28, delete: 0.25 }

export type Operations = Record<OperationName, OperationFigures>

/** Renders the four operations compared with a bare server that sends the same bytes. */
export function operationsSection(operations: Operations): Section {
  const entries = Object.entries(operations)
  const rounds = operations.retrieve.server.length
  const goals = entries.map(([name, figures]) =>
    checkGoal(
      `${name}, throughput relative to bare,`,
      medianOf(throughputRatios(figures)),
      '≥',
      minimumRatios[name as OperationName],
      'requests',
    ),
  )
  const throughput = entries.map(([name, figures]) => [
    name,
    rate(figures.bare),
    rate(figures.server),
    formatNumber(medianOf(throughputRatios(figures)), 2),
    formatRange(throughputRatios(figures), 2),
    formatNumber(cpuOf(figures.bare), 1),
    formatNumber(cpuOf(figures.server), 1),
    formatNumber(medianOf(cpuRatios(figures)), 2),
  ])
  const latency = entries.map(([name, { bare, server }]) => [
    name,
    ...[bare, server].flatMap((loads) => [
      formatNumber(median(loads.map(({ p50 }) => p50)), 2),
      formatNumber(median(loads.map(({ p99 }) => p99)), 2),
    ]),
  ])
  return {
    title: 'The four operations',
    text: [
      `wrk with ${connections} connections, ${rounds} rounds of ${durationSeconds} s, the bare server and the emulator in turn after warm-up`,
      `(emulator ${warmUpRounds} rounds, bare one). Figures are medians; ratios are taken within each round. Bare is \`node:http\``,
      'sending the bytes and headers of one captured response.',
      'Retrieve: one key of 100. List: 20 keys from the middle of 100. Create and delete: in a new sandbox each round.',
      'CPU is the processor time of the server per request, the figure least affected by other work on the machine.\n',
      renderTable(
        [
          '',
          'bare, req/s',
          'emulator, req/s',
          'emulator / bare',
          'range',
          'bare, CPU µs',
          'emulator, CPU µs',
          'emulator / bare',
        ],
        throughput,
      ),
      '',
      renderTable(['latency, ms', 'bare p50', 'bare p99', 'emulator p50', 'emulator p99'], latency),
      '',
      ...goals.map(({ line }) => line),
    ].join('\n'),
    shortfalls: goals.flatMap(({ shortfalls }) => shortfalls),
    summary: entries.map(([name, figures]) => ({
      what: `${name}, at ${connections} connections`,
      figure: `${rate(figures.server)} requests/s; p99 ${formatNumber(median(figures.server.map(({ p99 }) => p99)), 1)} ms`,
      compared: `${formatNumber(medianOf(throughputRatios(figures)), 2)} of bare Node sending the same bytes`,
    })),
  }
}

const rate = (loads: readonly LoadResult[]) =>
  formatNumber(median(loads.map(({ requestsPerSecond }) => requestsPerSecond)))
const cpuOf = (loads: readonly LoadResult[]) => medianOf(loads.map(({ cpuMicroseconds }) => cpuMicroseconds))
