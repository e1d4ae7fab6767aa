/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('there is no median of nothing')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}

/** Without those that could not be measured; `undefined` when none could. */
export function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const measured = values.filter((value) => value !== undefined)
  return measured.length === 0 ? undefined : median(measured)
}

/** Divides what was measured in the same round. */
export function ratios(
  ours: readonly (number | undefined)[],
  theirs: readonly (number | undefined)[],
): (number | undefined)[] {
  return ours.map((value, round) => divide(value, theirs[round]))
}

export const divide = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined || b === 0 ? undefined : a / b
