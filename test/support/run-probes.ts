import { Patience } from '../../src/conformance/client/pacing.ts'
import { probes } from '../../src/conformance/probes/index.ts'
import { type Report, reportOf, toText } from '../../src/conformance/report.ts'
import { conform, type Result } from '../../src/conformance/run.ts'
import { adminKey } from './app.ts'

interface Options {
  write?: boolean
  as?: string
  /** Whether the one that waits for a key to expire is among them. */
  isPatient?: boolean
  /** The names of those that are tried, after the first, by which all are judged hopeless or not. */
  only?: readonly string[]
}

export interface Probed {
  report: Report
  /** The report as it is printed, in both forms. */
  printed: string
  /** What came of a probe. */
  of(probe: string): Result
  /** The names of those that differ. */
  differing: string[]
  left: string[]
}

/** Holds the server of that base URL to the contract. */
export async function probe(
  base: string,
  { write = false, as = adminKey, isPatient = false, only }: Options = {},
): Promise<Probed> {
  const target = { baseUrl: new URL(base), adminKey: as, timeout: 5000, patience: new Patience(0) }
  const chosen = probes.filter(
    ({ name }) => name === 'list' || (only?.includes(name) ?? (isPatient || name !== 'expired')),
  )
  const outcome = await conform(chosen, { target, write })
  const report = reportOf(outcome, write)
  const of = (name: string) => {
    const result = report.probes.find(({ probe }) => probe === name)
    if (result === undefined) throw new Error(`there is no probe ${name}`)
    return result
  }
  const differing = report.probes.filter(({ verdict }) => verdict === 'differs').map((result) => result.probe)
  return { report, printed: toText(report) + JSON.stringify(report), of, differing, left: outcome.left.ids }
}
