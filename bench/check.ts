// npm run bench:check: the ratios of a short run beside those of bench/baseline.json.
import { parseArgs } from 'node:util'
import { armedRatios, measureArmed } from './armed.ts'
import { betterOf, type Comparison, compare, known, type Ratios, readBaseline } from './baseline.ts'
import { measureOperation, operationNames, operationRatios } from './operations.ts'
import { cleanUpAtExit } from './processes.ts'
import { show, table } from './report/table.ts'
import { measureStarts, startRatios } from './start.ts'
import { requireTool } from './tools.ts'

const startRounds = 7
const rounds = 3
const armedRounds = 2
// Of what failed.
const furtherAttempts = 2

const measures: Record<string, () => Promise<Ratios>> = {
  start: async () => known(startRatios(await measureStarts(startRounds))),
}
for (const name of operationNames)
  measures[name] = async () => known(operationRatios(name, await measureOperation(name, rounds)))
measures['retrieve armed'] = async () => known(armedRatios(await measureArmed(armedRounds, false)))

async function check(): Promise<number> {
  const baseline = readBaseline()
  if (baseline === undefined) {
    console.error('bench:check: there is no bench/baseline.json; npm run bench -- --write-baseline makes it')
    return 2
  }
  requireTool('wrk')
  let ratios = await measure(Object.keys(measures))
  for (let attempt = 0; attempt < furtherAttempts; attempt++) {
    const suspects = failing(compare(baseline, ratios))
    if (suspects.length === 0) break
    console.log(`Measured again, for a machine may be busy: ${suspects.join(', ')}. The better of the two counts.\n`)
    ratios = betterOf(ratios, await measure([...new Set(suspects.map(measureOf))]), suspects)
  }
  const comparisons = compare(baseline, ratios)
  print(comparisons)
  const isEmpty = comparisons.every(({ slip }) => slip === undefined)
  return isEmpty || failing(comparisons).length > 0 ? 1 : 0
}

async function measure(names: readonly string[]): Promise<Ratios> {
  const ratios: Ratios = {}
  for (const name of names) Object.assign(ratios, await measures[name]?.())
  return ratios
}

const measureOf = (ratio: string) => ratio.replace(/ \w+$/, '')

const failing = (comparisons: readonly Comparison[]) =>
  comparisons.filter(({ verdict }) => verdict === 'fails' || verdict === 'incredible').map(({ name }) => name)

function print(comparisons: readonly Comparison[]): void {
  const rows = comparisons.map(({ name, baseline, measured, slip, verdict }) => [
    name,
    show(baseline, 2),
    show(measured, 2),
    slip === undefined ? '–' : `${slip > 0 ? '+' : ''}${show(slip)} %`,
    verdict,
  ])
  console.log(table(['ours / bare', 'baseline', 'now', 'worse by', 'verdict'], rows))
  console.log('\nOver 15 % worse is a slip, which may be noise; over 40 %, or incredibly good, fails.')
}

function refuseOptions(): void {
  try {
    parseArgs({ options: {} })
  } catch (error) {
    console.error(`bench:check: ${(error as Error).message}`)
    process.exit(2)
  }
}

refuseOptions()
cleanUpAtExit()
process.exitCode = await check()
