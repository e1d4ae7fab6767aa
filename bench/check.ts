// npm run bench:check: compares the ratios of a short run with bench/baseline.json.
import { parseArgs } from 'node:util'
import { armedRatios, measureArmed } from './armed.ts'
import {
  type BaselineComparison,
  betterOf,
  compare,
  machineFactor,
  type Ratios,
  readBaseline,
  withoutUnmeasured,
} from './baseline.ts'
import { startCalibration } from './calibration.ts'
import { measureOperation, operationNames, operationRatios } from './operations.ts'
import { cleanUpAtExit } from './processes.ts'
import { formatNumber, renderTable } from './report/table.ts'
import { measureStarts, startRatios } from './start.ts'
import { requireTool } from './tools.ts'

const startRounds = 7
const rounds = 3
const armedRounds = 2
// For each failed ratio.
const maxRetries = 2

const measurements: Record<string, () => Promise<Ratios>> = {
  start: async () => withoutUnmeasured(startRatios(await measureStarts(startRounds))),
}
for (const name of operationNames)
  measurements[name] = async () => withoutUnmeasured(operationRatios(name, await measureOperation(name, rounds)))
measurements['retrieve armed'] = async () => withoutUnmeasured(armedRatios(await measureArmed(armedRounds, false)))

async function runCheck(): Promise<number> {
  const baseline = readBaseline()
  if (baseline === undefined) {
    console.error('bench:check: bench/baseline.json is missing; create it with npm run bench -- --write-baseline')
    return 2
  }
  requireTool('wrk')
  let ratios = await measure(Object.keys(measurements))
  let factor = machineFactor(baseline, ratios)
  for (let attempt = 0; attempt < maxRetries; attempt++) {
    const failed = failedNames(compare(baseline, ratios, factor))
    if (failed.length === 0) break
    console.log(`Measuring again, in case the machine was busy: ${failed.join(', ')}. The better result counts.\n`)
    const again = await measure([...new Set(failed.map(measurementOf))])
    ratios = betterOf(ratios, again, failed)
    factor = machineFactor(baseline, again)
  }
  const comparisons = compare(baseline, ratios, factor)
  printComparisons(comparisons)
  printFactor(factor)
  const isEmpty = comparisons.every(({ percentWorse }) => percentWorse === undefined)
  return isEmpty || failedNames(comparisons).length > 0 ? 1 : 0
}

/** Measures with a round of the calibration before each measurement and after the last. */
async function measure(names: readonly string[]): Promise<Ratios> {
  const calibration = await startCalibration()
  const ratios: Ratios = {}
  for (const name of names) {
    await calibration.measureRound()
    Object.assign(ratios, await measurements[name]?.())
  }
  await calibration.measureRound()
  await calibration.stop()
  return { ...ratios, ...withoutUnmeasured(calibration.ratios()) }
}

const measurementOf = (ratio: string) => ratio.replace(/ \w+$/, '')

const failedNames = (comparisons: readonly BaselineComparison[]) =>
  comparisons.filter(({ verdict }) => verdict === 'failed' || verdict === 'implausible').map(({ name }) => name)

function printComparisons(comparisons: readonly BaselineComparison[]): void {
  const rows = comparisons.map(({ name, baseline, measured, percentWorse, verdict }) => [
    name,
    formatNumber(baseline, 2),
    formatNumber(measured, 2),
    percentWorse === undefined ? '–' : `${percentWorse > 0 ? '+' : ''}${formatNumber(percentWorse)} %`,
    verdict,
  ])
  console.log(renderTable(['emulator / bare', 'baseline', 'now', 'worse by', 'verdict'], rows))
  console.log('\nMore than 15 % worse may be noise. More than 40 % worse, or implausibly good, fails.')
}

function printFactor(factor: number): void {
  if (factor === 1) return
  const times = `${formatNumber(factor, 2)} times`
  console.log(
    `This machine makes a plain Fastify + SQLite server ${times} dearer than the baseline's did; limits widened.`,
  )
}

function rejectArguments(): void {
  try {
    parseArgs({ options: {} })
  } catch (error) {
    console.error(`bench:check: ${(error as Error).message}`)
    process.exit(2)
  }
}

rejectArguments()
cleanUpAtExit()
process.exitCode = await runCheck()
