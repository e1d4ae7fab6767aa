import { show } from './table.ts'

/** A part of bench/results.md, and what it found ours to be worse in. */
export interface Section {
  title: string
  text: string
  worse: string[]
}

export interface Goal {
  line: string
  worse: string[]
}

/** Says whether a figure meets a goal, by the figure. */
export function goal(what: string, value: number | undefined, relation: '≤' | '≥', limit: number): Goal {
  const wanted = `${what} ${relation} ${limit}`
  if (value === undefined) return { line: `- Goal: ${wanted}; not measured here.`, worse: [] }
  const isMet = relation === '≤' ? value <= limit : value >= limit
  const line = `- Goal: ${wanted}; it is ${show(value, 2)}: **${isMet ? 'met' : 'not met'}**.`
  return { line, worse: isMet ? [] : [`The goal ${wanted} is not met: ${show(value, 2)}.`] }
}

/** From the lowest to the highest of the rounds. */
export function spread(values: readonly (number | undefined)[], decimals: number): string {
  const measured = values.filter((value) => value !== undefined)
  if (measured.length === 0) return show(undefined)
  return `${show(Math.min(...measured), decimals)}–${show(Math.max(...measured), decimals)}`
}
