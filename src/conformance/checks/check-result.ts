/** What one check found. */
export interface CheckResult {
  ok: boolean
  expected: string
  /** Statuses, types and codes only: never a value, a name, an id or a message of the server. */
  actual: string
}

/** If `ok`, the actual text is the expected one; otherwise it is `otherwise`. */
export function checkThat(ok: boolean, expected: string, otherwise: string): CheckResult {
  if (ok) return { ok, expected, actual: expected }
  return { ok, expected, actual: otherwise === expected ? `${otherwise}, but not an exact match` : otherwise }
}

export const checkEqual = (expected: string, actual: string): CheckResult => ({
  ok: expected === actual,
  expected,
  actual,
})

export const areAllOk = (results: readonly CheckResult[]): boolean => results.every(({ ok }) => ok)

/** Thrown if a response is so far from what was expected that the probe cannot continue. */
export class Mismatch extends Error {
  readonly result: CheckResult

  constructor(expected: string, actual: string) {
    super(`expected ${expected}; got ${actual}`)
    this.result = checkThat(false, expected, actual)
  }
}

/** Thrown if a probe does not apply to this server. The message is the reason. */
export class NotApplicable extends Error {}
