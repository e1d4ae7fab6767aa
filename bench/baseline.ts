import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('baseline.json', import.meta.url)

export type Ratios = Record<string, number>

export interface BaselineComparison {
  name: string
  baseline: number | undefined
  measured: number | undefined
  /** Percent worse than the baseline; negative if better. */
  percentWorse: number | undefined
  verdict: 'ok' | 'worse' | 'failed' | 'implausible' | 'no baseline' | 'not measured'
}

const worseAbovePercent = 15
const failedAbovePercent = 40
// A factor by which a figure may improve.
const implausibleGain = 2.5

/** Compares every ratio that either side has. */
export function compare(baseline: Ratios, measured: Ratios): BaselineComparison[] {
  return [...new Set([...Object.keys(baseline), ...Object.keys(measured)])].map((name) => {
    const [before, now] = [baseline[name], measured[name]]
    if (now === undefined)
      return { name, baseline: before, measured: now, percentWorse: undefined, verdict: 'not measured' }
    if (before === undefined)
      return { name, baseline: before, measured: now, percentWorse: undefined, verdict: 'no baseline' }
    const percentWorse = (isLargerBetter(name) ? (before - now) / before : (now - before) / before) * 100
    const gain = isLargerBetter(name) ? now / before : before / now
    return { name, baseline: before, measured: now, percentWorse, verdict: judge(percentWorse, gain) }
  })
}

/** Returns `first` with the better of both attempts for each of `names`. */
export function betterOf(first: Ratios, second: Ratios, names: readonly string[]): Ratios {
  const better = names.map((name) => {
    const values = [first[name], second[name]].filter((value) => value !== undefined)
    return [name, isLargerBetter(name) ? Math.max(...values) : Math.min(...values)]
  })
  return { ...first, ...Object.fromEntries(better) }
}

/** Drops the ratios that this machine cannot measure. */
export const withoutUnmeasured = (ratios: Record<string, number | undefined>): Ratios =>
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

// For time, memory and CPU time, smaller is better.
const isLargerBetter = (name: string) => name.endsWith('throughput')

function judge(percentWorse: number, gain: number): BaselineComparison['verdict'] {
  // Such a gain, or NaN, is a measuring error or calls for a new baseline.
  if (!Number.isFinite(percentWorse) || gain > implausibleGain) return 'implausible'
  if (percentWorse > failedAbovePercent) return 'failed'
  return percentWorse > worseAbovePercent ? 'worse' : 'ok'
}
