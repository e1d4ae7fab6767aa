import type { LoadFigures, PeerLoadResults } from '../peer-load.ts'
import { median, medianOf, ratios } from '../statistics.ts'
import { connections } from '../wrk.ts'
import { renderChart } from './chart.ts'
import { formatRange, type Section } from './section.ts'
import { formatNumber, renderTable } from './table.ts'

const throughputs = ({ rounds }: LoadFigures) => rounds.map(({ requestsPerSecond }) => requestsPerSecond)

/** Returns the throughput as a fraction of another server's, the median of the rounds. */
const throughputRatio = (figures: LoadFigures, reference: LoadFigures) =>
  medianOf(ratios(throughputs(figures), throughputs(reference)))

/** Returns the peers, the fastest first. */
const byThroughput = ({ peers }: PeerLoadResults) =>
  peers.toSorted((a, b) => median(throughputs(b)) - median(throughputs(a)))

/** Draws the throughput of all servers. */
export const peerLoadChart = (results: PeerLoadResults): string =>
  renderChart(
    `Requests per second at ${connections} connections`,
    [results.bare, results.emulator, ...byThroughput(results)].map((each) => ({
      name: `${each.name} ${each.version}`,
      detail: each.response,
      value: median(throughputs(each)),
      isOurs: each === results.emulator,
    })),
  )

/** Renders the throughput of the emulator and its peers. */
export function peerLoadSection(results: PeerLoadResults, skipped: readonly string[]): Section {
  const { bare, emulator, failed } = results
  const rows = [bare, emulator, ...byThroughput(results)].map((each) => [
    each.name,
    each.response,
    formatNumber(median(throughputs(each))),
    formatRange(throughputs(each), 0),
    formatNumber(throughputRatio(each, bare), 3),
    formatNumber(throughputRatio(emulator, each), 2),
    formatNumber(median(each.rounds.map(({ p50 }) => p50)), 2),
    formatNumber(median(each.rounds.map(({ p99 }) => p99)), 2),
  ])
  const head = ['', 'the response', 'req/s', 'range', '/ bare', 'emulator / it', 'p50, ms', 'p99, ms']
  const notMeasured = [...skipped, ...failed.map(({ name, reason }) => `${name}: ${reason}`)]
  return {
    title: 'Peers under load',
    text: [
      `Retrieve of one object, or the nearest that a peer has: wrk with ${connections} connections, ${emulator.rounds.length} rounds of 1 s, all servers in`,
      'turn after warm-up, each on the core that the others leave idle. What a server does for its response differs, and with it',
      'what the figures say: only the emulator and bare send the same bytes.\n',
      renderTable(head, rows),
      ...(notMeasured.length === 0 ? [] : ['', ...notMeasured.map((each) => `- Not measured: ${each}.`)]),
    ].join('\n'),
    shortfalls: byThroughput(results)
      .filter((peer) => (throughputRatio(emulator, peer) ?? 1) < 1)
      .map((peer) => `${peer.name} serves more requests per second (${peer.response}).`),
    summary: [],
  }
}
