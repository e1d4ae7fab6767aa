// npm run bench: measures everything and writes bench/results.md.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { known, writeBaseline } from './baseline.ts'
import { measureGrowth } from './growth.ts'
import { measureOperation, operationNames, operationRatios } from './operations.ts'
import { installMoto, installNpmPeers, motoPeer, npmPeers } from './peers.ts'
import { cleanUpAtExit } from './processes.ts'
import { growthSection } from './report/growth.ts'
import { type Operations, operationsSection } from './report/operations.ts'
import { page } from './report/page.ts'
import { sandboxesSection } from './report/sandboxes.ts'
import type { Section } from './report/section.ts'
import { startSection } from './report/start.ts'
import { measureSandboxes } from './sandboxes.ts'
import { measureStarts, type Starts, startRatios } from './start.ts'
import { requireWrk } from './wrk.ts'

const startRounds = 15
const operationRounds = 9
const growthRounds = 5
const sandboxRounds = 5

const help = `npm run bench [-- --write-baseline]

Measures everything, prints it and writes bench/results.md; some six minutes.

  --write-baseline  also renew bench/baseline.json, which npm run bench:check compares with
`

function readOptions() {
  try {
    const options = { 'write-baseline': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const
    return parseArgs({ options }).values
  } catch (error) {
    console.error(`bench: ${(error as Error).message}`)
    process.exit(2)
  }
}

async function run(writesBaseline: boolean): Promise<void> {
  requireWrk()
  installNpmPeers()
  const withoutMoto = installMoto()
  const began = new Date()
  const peers = withoutMoto === undefined ? [...npmPeers(), motoPeer()] : npmPeers()
  const starts = await measureStarts(startRounds, peers)
  const skipped = withoutMoto === undefined ? [] : [`moto[server]: ${withoutMoto}`]
  const sections = [print(startSection(starts, skipped))]
  const operations = await measureOperations()
  sections.push(print(operationsSection(operations)))
  sections.push(print(growthSection(await measureGrowth(growthRounds))))
  sections.push(print(sandboxesSection(await measureSandboxes(sandboxRounds))))
  const minutes = (Date.now() - began.getTime()) / 60_000
  writeFileSync(new URL('results.md', import.meta.url), page(sections, { began, minutes }))
  if (writesBaseline) writeBaseline(ratiosOf(starts, operations))
  console.log(`\nWritten to bench/results.md${writesBaseline ? ' and bench/baseline.json' : ''}.`)
}

async function measureOperations(): Promise<Operations> {
  const figures: Partial<Operations> = {}
  for (const name of operationNames) figures[name] = await measureOperation(name, operationRounds)
  return figures as Operations
}

const ratiosOf = (starts: Starts, operations: Operations) =>
  known(Object.assign(startRatios(starts), ...operationNames.map((name) => operationRatios(name, operations[name]))))

function print(section: Section): Section {
  console.log(`\n## ${section.title}\n\n${section.text}`)
  return section
}

const options = readOptions()
if (options.help) console.log(help)
else {
  cleanUpAtExit()
  await run(options['write-baseline'] ?? false)
}
