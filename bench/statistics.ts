/** Returns the median. Throws RangeError if there are no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('cannot take the median of no values')
  const sorted = values.toSorted((a, b) => a - b)
  const middleIndex = Math.floor(sorted.length / 2)
  const upper = sorted[middleIndex] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middleIndex - 1] as number) + upper) / 2
}

/** Returns the median of the measured values; `undefined` if there are none. */
export function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const measured = values.filter((value) => value !== undefined)
  return measured.length === 0 ? undefined : median(measured)
}

/** Divides the values measured in the same round. */
export function ratios(
  values: readonly (number | undefined)[],
  references: readonly (number | undefined)[],
): (number | undefined)[] {
  return values.map((value, round) => divide(value, references[round]))
}

export const divide = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined || b === 0 ? undefined : a / b
