// npm run bench: measures everything and writes bench/results.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { armedRatios, measureArmed } from './armed.ts'
import { type Ratios, withoutUnmeasured, writeBaseline } from './baseline.ts'
import { measureBlocking } from './blocking.ts'
import { startCalibration } from './calibration.ts'
import { measureControls } from './controls.ts'
import { measureEmptySandboxes } from './empty.ts'
import { measureGrowth } from './growth.ts'
import { measureLibrary } from './library.ts'
import { measureLists } from './lists.ts'
import { measureOperation, operationNames, operationRatios } from './operations.ts'
import { measurePeerLoad } from './peer-load.ts'
import { installMoto, installNpmPeers, motoPeer, npmPeers, type Peer } from './peers.ts'
import { cleanUpAtExit } from './processes.ts'
import { controlsSection } from './report/controls.ts'
import { growthSection } from './report/growth.ts'
import { listsSection } from './report/lists.ts'
import { type Operations, operationsSection } from './report/operations.ts'
import { type BenchRun, describeRun, renderPage } from './report/page.ts'
import { peerLoadChart, peerLoadSection } from './report/peer-load.ts'
import { sandboxesSection } from './report/sandboxes.ts'
import { scalingSection } from './report/scaling.ts'
import type { Section } from './report/section.ts'
import { startSection } from './report/start.ts'
import { replaceFigures } from './report/summary.ts'
import { measureSandboxes } from './sandboxes.ts'
import { measureScaling } from './scaling.ts'
import { measureStarts, startRatios } from './start.ts'
import { requireTool } from './tools.ts'

const startRounds = 15
const peerLoadRounds = 7
const operationRounds = 9
// Before each operation.
const calibrationRounds = 3
const growthRounds = 5
const listRounds = 5
const sandboxRounds = 5
const controlRounds = 41
const libraryRounds = 5
const emptyRounds = 3
const armedRounds = 9
const scalingRounds = 5

const at = (path: string) => new URL(path, import.meta.url)

interface Part {
  section: Section
  /** The ratios that bench/baseline.json stores. */
  ratios: Record<string, number | undefined>
  /** An SVG document for docs/performance.md. */
  chart?: string
}

// In the order of bench/results.md.
const parts = { start, peers, operations, growth, lists, sandboxes, controls, scaling } satisfies Record<
  string,
  () => Promise<Part>
>
type PartName = keyof typeof parts
const partNames = Object.keys(parts) as PartName[]

const help = `npm run bench [-- --write-baseline | --only <section>]

Measures everything, prints the results and writes bench/results.md, and the figures and chart of docs/performance.md.
Takes about 13 minutes.

  --write-baseline   also update bench/baseline.json, which npm run bench:check compares with
  --only <section>   measure and print one section, write nothing: ${partNames.join(', ')}
`

function readOptions() {
  const options = {
    'write-baseline': { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const
  try {
    const { values } = parseArgs({ options })
    if (values.only === undefined) return { ...values, only: undefined }
    const only = partNames.find((name) => name === values.only)
    if (only === undefined) throw new Error(`--only must be one of ${partNames.join(', ')}, got ${values.only}`)
    if (values['write-baseline']) throw new Error('--write-baseline cannot be combined with --only')
    return { ...values, only }
  } catch (error) {
    console.error(`bench: ${(error as Error).message}`)
    process.exit(2)
  }
}

async function run(updateBaseline: boolean): Promise<void> {
  const startedAt = new Date()
  const sections: Section[] = []
  const ratios: Ratios = {}
  for (const name of partNames) {
    const part = await measure(name)
    sections.push(part.section)
    Object.assign(ratios, withoutUnmeasured(part.ratios))
    if (part.chart !== undefined) writeFileSync(at('../docs/images/throughput.svg'), part.chart)
  }
  const run = { startedAt, minutes: (Date.now() - startedAt.getTime()) / 60_000 }
  writeFileSync(at('results.md'), renderPage(sections, run))
  writePerformancePage(sections, run)
  if (updateBaseline) writeBaseline(ratios)
  console.log(`\nWritten to bench/results.md${updateBaseline ? ' and bench/baseline.json' : ''}.`)
}

function writePerformancePage(sections: readonly Section[], run: BenchRun): void {
  const page = at('../docs/performance.md')
  const rows = sections.flatMap(({ summary }) => summary)
  writeFileSync(page, replaceFigures(readFileSync(page, 'utf8'), rows, describeRun(run)))
}

async function measure(name: PartName): Promise<Part> {
  const part = await parts[name]()
  console.log(`\n## ${part.section.title}\n\n${part.section.text}`)
  return part
}

async function start(): Promise<Part> {
  const { installed, skipped } = installPeers()
  const starts = await measureStarts(startRounds, installed)
  return { section: startSection(starts, skipped), ratios: startRatios(starts) }
}

async function peers(): Promise<Part> {
  const { installed, skipped } = installPeers()
  const results = await measurePeerLoad(peerLoadRounds, installed)
  return { section: peerLoadSection(results, skipped), ratios: {}, chart: peerLoadChart(results) }
}

function installPeers(): { installed: Peer[]; skipped: string[] } {
  installNpmPeers()
  const motoFailure = installMoto()
  if (motoFailure === undefined) return { installed: [...npmPeers(), motoPeer()], skipped: [] }
  return { installed: npmPeers(), skipped: [`moto[server]: ${motoFailure}`] }
}

async function operations(): Promise<Part> {
  const figures: Partial<Operations> = {}
  const ratios: Part['ratios'] = {}
  const calibration = await startCalibration()
  for (const name of operationNames) {
    for (let round = 0; round < calibrationRounds; round++) await calibration.measureRound()
    const measured = await measureOperation(name, operationRounds)
    figures[name] = measured
    Object.assign(ratios, operationRatios(name, measured))
  }
  Object.assign(ratios, calibration.ratios())
  await calibration.stop()
  return { section: operationsSection(figures as Operations), ratios }
}

async function growth(): Promise<Part> {
  return { section: growthSection(await measureGrowth(growthRounds), await measureBlocking()), ratios: {} }
}

async function lists(): Promise<Part> {
  return { section: listsSection(await measureLists(listRounds)), ratios: {} }
}

async function sandboxes(): Promise<Part> {
  return { section: sandboxesSection(await measureSandboxes(sandboxRounds)), ratios: {} }
}

async function controls(): Promise<Part> {
  const figures = {
    controls: await measureControls(controlRounds),
    library: await measureLibrary(libraryRounds),
    empty: await measureEmptySandboxes(emptyRounds),
    armed: await measureArmed(armedRounds, true),
  }
  return { section: controlsSection(figures), ratios: armedRatios(figures.armed) }
}

async function scaling(): Promise<Part> {
  requireTool('nginx')
  return { section: scalingSection(await measureScaling(scalingRounds)), ratios: {} }
}

const options = readOptions()
if (options.help) console.log(help)
else {
  cleanUpAtExit()
  requireTool('wrk')
  if (options.only === undefined) await run(options['write-baseline'])
  else await measure(options.only)
}
