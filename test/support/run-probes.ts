import { RequestPacer } from '../../src/conformance/client/pacing.ts'
import { probes } from '../../src/conformance/probes/index.ts'
import { type Report, toMarkdown, toReport } from '../../src/conformance/report.ts'
import { runProbes } from '../../src/conformance/run.ts'
import type { ProbeResult } from '../../src/conformance/run-probe.ts'
import { adminKey } from './app.ts'

interface ProbeOptions {
  write?: boolean
  /** Whether to include the probes that wait until a key expires. */
  includesExpiry?: boolean
  /** The names of the probes to run in addition to the first one; all by default. */
  only?: readonly string[]
}

export interface ProbedServer {
  report: Report
  /** The report as printed, in both formats. */
  printed: string
  resultOf(probe: string): ProbeResult
  /** The names of the probes whose verdict is `differs`. */
  differing: string[]
  /** The ids of the keys that were not removed, and of the projects that were not archived. */
  leftoverIds: string[]
}

const waitingProbes = ['expired', 'models-after-expiry']

/** Runs the conformance probes against the server at a base URL. */
export async function probeServer(
  baseUrl: string,
  { write = false, includesExpiry = false, only }: ProbeOptions = {},
): Promise<ProbedServer> {
  const target = { baseUrl: new URL(baseUrl), adminKey, timeoutMs: 5000, pacer: new RequestPacer(0) }
  const selected = probes.filter(
    ({ name }) => name === 'list' || (only?.includes(name) ?? (includesExpiry || !waitingProbes.includes(name))),
  )
  const outcome = await runProbes(selected, { target, write })
  const report = toReport(outcome, write)
  const resultOf = (name: string) => {
    const result = report.probes.find(({ probe }) => probe === name)
    if (result === undefined) throw new Error(`no probe is named ${name}`)
    return result
  }
  const differing = report.probes.filter(({ verdict }) => verdict === 'differs').map(({ probe }) => probe)
  const leftoverIds = [...outcome.leftovers.ids, ...outcome.projectLeftovers.ids]
  const printed = toMarkdown(report) + JSON.stringify(report)
  return { report, printed, resultOf, differing, leftoverIds }
}
