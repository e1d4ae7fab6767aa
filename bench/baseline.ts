import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('baseline.json', import.meta.url)

export type Ratios = Record<string, number>

export interface Comparison {
  name: string
  baseline: number | undefined
  measured: number | undefined
  /** How much worse than the baseline, in percent of it; negative where it is better. */
  slip: number | undefined
  verdict: 'good' | 'slip' | 'fails' | 'incredible' | 'no baseline' | 'not measured'
}

const slipAbove = 15
const failsAbove = 40
// As a factor.
const tooGood = 2.5

/** Every ratio of either side. */
export function compare(baseline: Ratios, measured: Ratios): Comparison[] {
  return [...new Set([...Object.keys(baseline), ...Object.keys(measured)])].map((name) => {
    const [was, is] = [baseline[name], measured[name]]
    if (is === undefined) return { name, baseline: was, measured: is, slip: undefined, verdict: 'not measured' }
    if (was === undefined) return { name, baseline: was, measured: is, slip: undefined, verdict: 'no baseline' }
    const slip = (isLargerBetter(name) ? (was - is) / was : (is - was) / was) * 100
    const gain = isLargerBetter(name) ? is / was : was / is
    return { name, baseline: was, measured: is, slip, verdict: judge(slip, gain) }
  })
}

/** The better of two attempts at each of those figures; the others as they were. */
export function betterOf(first: Ratios, second: Ratios, names: readonly string[]): Ratios {
  const better = names.map((name) => {
    const attempts = [first[name], second[name]].filter((value) => value !== undefined)
    return [name, isLargerBetter(name) ? Math.max(...attempts) : Math.min(...attempts)]
  })
  return { ...first, ...Object.fromEntries(better) }
}

/** Without those that this machine cannot measure. */
export const known = (ratios: Record<string, number | undefined>): Ratios =>
  Object.fromEntries(Object.entries(ratios).filter((entry): entry is [string, number] => entry[1] !== undefined))

export function readBaseline(): Ratios | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function writeBaseline(ratios: Ratios): void {
  const rounded = Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toPrecision(3))])
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`)
}

// Time, memory and processor time are better when they are smaller.
const isLargerBetter = (name: string) => name.endsWith('throughput')

function judge(slip: number, gain: number): Comparison['verdict'] {
  // What is so much better, or no number, is a mistake of the measuring, or wants a new baseline.
  if (!Number.isFinite(slip) || gain > tooGood) return 'incredible'
  if (slip > failsAbove) return 'fails'
  return slip > slipAbove ? 'slip' : 'good'
}
