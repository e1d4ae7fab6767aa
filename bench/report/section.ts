import type { SummaryRow } from './summary.ts'
import { formatNumber } from './table.ts'

/** A part of bench/results.md, with the goals it misses and the peers that do better. */
export interface Section {
  title: string
  text: string
  shortfalls: string[]
  /** Its figures in docs/performance.md. */
  summary: SummaryRow[]
}

export interface CheckedGoal {
  line: string
  shortfalls: string[]
}

/** Where bench/experiments.md says what takes the time or the memory. */
type Explanation = 'requests' | 'many-sandboxes' | 'a-million-keys' | 'large-seeds' | 'startup' | 'controls'

/** Compares a figure with its goal. A goal that is not met links to its explanation. */
export function checkGoal(
  what: string,
  value: number | undefined,
  relation: '≤' | '≥',
  limit: number,
  explanation: Explanation,
): CheckedGoal {
  const condition = `${what} ${relation} ${limit}`
  if (value === undefined) return { line: `- Goal: ${condition}; not measured on this machine.`, shortfalls: [] }
  const isMet = relation === '≤' ? value <= limit : value >= limit
  const line = `- Goal: ${condition}; measured ${formatNumber(value, 2)}: **${isMet ? 'met' : 'not met'}**.`
  const why = `[why](experiments.md#${explanation})`
  return { line, shortfalls: isMet ? [] : [`Goal not met: ${condition}; measured ${formatNumber(value, 2)} (${why}).`] }
}

/** Formats the lowest and the highest of the rounds. */
export function formatRange(values: readonly (number | undefined)[], decimals: number): string {
  const measured = values.filter((value) => value !== undefined)
  if (measured.length === 0) return formatNumber(undefined)
  return `${formatNumber(Math.min(...measured), decimals)}–${formatNumber(Math.max(...measured), decimals)}`
}
