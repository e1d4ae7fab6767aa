import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('baseline.json', import.meta.url)

export type Ratios = Record<string, number>

export interface BaselineComparison {
  name: string
  baseline: number | undefined
  measured: number | undefined
  /** Percent worse than the baseline; negative if better. */
  percentWorse: number | undefined
  verdict: 'ok' | 'worse' | 'failed' | 'implausible' | 'not judged (machine busy)' | 'no baseline' | 'not measured'
}

const worseAbovePercent = 15
const failedAbovePercent = 40
// A factor by which a figure may improve.
const implausibleGain = 2.5
// Figures of a machine on which a plain server is dearer than this say nothing about the emulator.
const maxMachineFactor = 1.5

/**
 * Returns how many times dearer the calibration server is, relative to bare, than when the baseline was measured: the larger
 * of the factors of its throughput and its processor time; 1 if it is not dearer or not measured.
 */
export function machineFactor(baseline: Ratios, measured: Ratios): number {
  const gains = Object.entries(measured).flatMap(([name, now]) => {
    const before = baseline[name]
    return isCalibration(name) && before !== undefined ? [gainOf(name, before, now)] : []
  })
  return Math.max(1, ...gains.map((gain) => 1 / gain))
}

/**
 * Compares every ratio that either side has, except those of the calibration. The limits of throughput and processor time
 * are `factor` times wider; if that is over 1.5, these are not judged.
 */
export function compare(baseline: Ratios, measured: Ratios, factor = 1): BaselineComparison[] {
  const names = [...new Set([...Object.keys(baseline), ...Object.keys(measured)])].filter(
    (name) => !isCalibration(name),
  )
  return names.map((name) => {
    const [before, now] = [baseline[name], measured[name]]
    if (now === undefined)
      return { name, baseline: before, measured: now, percentWorse: undefined, verdict: 'not measured' }
    if (before === undefined)
      return { name, baseline: before, measured: now, percentWorse: undefined, verdict: 'no baseline' }
    const verdict = judge(name, before, now, isMeasuredUnderLoad(name) ? factor : 1)
    return { name, baseline: before, measured: now, percentWorse: percentWorse(name, before, now), verdict }
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

const isCalibration = (name: string) => name.startsWith('calibration ')

// A start is a single request, which other work on the machine makes no dearer than a start of bare.
const isMeasuredUnderLoad = (name: string) => name.endsWith('throughput') || name.endsWith('processor')

// For time, memory and CPU time, smaller is better.
const isLargerBetter = (name: string) => name.endsWith('throughput')

const percentWorse = (name: string, before: number, now: number) =>
  (isLargerBetter(name) ? (before - now) / before : (now - before) / before) * 100

const gainOf = (name: string, before: number, now: number) => (isLargerBetter(name) ? now / before : before / now)

function judge(name: string, before: number, now: number, factor: number): BaselineComparison['verdict'] {
  const gain = gainOf(name, before, now)
  if (!Number.isFinite(gain)) return 'implausible'
  if (factor > maxMachineFactor) return 'not judged (machine busy)'
  // Such a gain is a measuring error or calls for a new baseline.
  if (gain > implausibleGain) return 'implausible'
  const percent = percentWorse(name, isLargerBetter(name) ? before / factor : before * factor, now)
  if (percent > failedAbovePercent) return 'failed'
  return percent > worseAbovePercent ? 'worse' : 'ok'
}
