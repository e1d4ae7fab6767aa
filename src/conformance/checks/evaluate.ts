import type { Behavior } from '../../openai-api/behavior.ts'
import type { HttpResponse } from '../client/response.ts'
import { areAllOk, type CheckResult, Mismatch } from './check-result.ts'
import type { Check } from './response-checks.ts'

/** The behavior settings of the emulator that differ from their defaults. */
export type BehaviorOverride = Partial<Behavior>

/** A response other than the default one, and the behavior with which the emulator responds in the same way. */
export interface Alternative {
  override: BehaviorOverride
  checks: readonly Check[]
}

/** What a probe found. */
export interface ProbeOutcome {
  results: readonly CheckResult[]
  /** The behavior with which the emulator would respond like this server, if there is one. */
  override?: BehaviorOverride
}

/** Runs the checks on a response. If one fails, looks for an alternative whose checks all pass. */
export function evaluate(
  response: HttpResponse,
  checks: readonly Check[],
  alternatives: readonly Alternative[] = [],
): ProbeOutcome {
  const results = runChecks(response, checks)
  if (areAllOk(results)) return { results }
  const match = alternatives.find((alternative) => areAllOk(runChecks(response, alternative.checks)))
  return match === undefined ? { results } : { results, override: match.override }
}

/** After a Mismatch, the remaining results state only what was expected. */
function runChecks(response: HttpResponse, checks: readonly Check[]): CheckResult[] {
  let isStopped = false
  return checks.map((check) => {
    try {
      const result = check(response)
      return isStopped ? { ok: false, expected: result.expected, actual: '' } : result
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error
      isStopped = true
      return error.result
    }
  })
}
