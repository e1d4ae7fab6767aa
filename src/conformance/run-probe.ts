import { areAllOk, type CheckResult, checkThat, Mismatch, NotApplicable } from './checks/check-result.ts'
import type { BehaviorOverride, ProbeOutcome } from './checks/evaluate.ts'
import { NoResponse } from './client/http.ts'
import type { Evidence, Probe } from './probe.ts'
import type { ProbeContext } from './probe-context.ts'

export type Verdict = 'same' | 'differs' | 'skipped' | 'failed'

/** The row of a probe in the report. */
export interface ProbeResult {
  probe: string
  evidence: Evidence
  /** `null` if the probe was skipped or failed. */
  expected: string | null
  /** Of a skipped probe, the reason; of a failed one, the name of the error. */
  seen: string
  verdict: Verdict
  /** The behavior with which the emulator would respond like this server. */
  switch?: BehaviorOverride
}

/** A ProbeResult without the fields that identify the probe. */
type Judgment = Omit<ProbeResult, 'probe' | 'evidence'>

/** Runs a probe. Rejects with NoResponse if `isFirst`, because then there is no server. */
export async function runProbe(probe: Probe, context: ProbeContext, isFirst: boolean): Promise<Judgment> {
  try {
    const reason = await skipReason(probe, context)
    return reason === undefined ? judge(await probe.run(context)) : skipped(reason)
  } catch (error) {
    if (error instanceof Mismatch) return judge({ results: [error.result] })
    if (error instanceof NotApplicable) return skipped(error.message)
    if (!(error instanceof NoResponse)) return { expected: null, seen: (error as Error).name, verdict: 'failed' }
    if (isFirst) throw error
    return judge({ results: [checkThat(false, 'a response', `no response (${error.code})`)] })
  }
}

async function skipReason({ evidence, minKeys = 0 }: Probe, context: ProbeContext): Promise<string | undefined> {
  if (evidence === 'emulator' && !(await context.isEmulator())) return 'applies only to the emulator'
  if (minKeys === 0) return undefined
  const { response, ids } = await context.existingKeys()
  if (response.status !== 200) return 'requires a list of keys'
  return ids.length < minKeys ? `requires at least ${minKeys} key${minKeys === 1 ? '' : 's'}` : undefined
}

export const skipped = (seen: string): Judgment => ({ expected: null, seen, verdict: 'skipped' })

function judge({ results, override }: ProbeOutcome): Judgment {
  const join = (textOf: (result: CheckResult) => string) =>
    results
      .map(textOf)
      .filter((text) => text !== '')
      .join(', ')
  const [expected, seen] = [join((result) => result.expected), join((result) => result.actual)]
  if (areAllOk(results)) return { expected, seen, verdict: 'same' }
  return { expected, seen, verdict: 'differs', ...(override === undefined ? {} : { switch: override }) }
}
