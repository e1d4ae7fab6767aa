import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { cleanUpAtExit } from '../../bench/processes.ts'
import { emulatorSpec, startServer } from '../../bench/servers.ts'
import { run } from './command.ts'
import { faultsOf, type Ran, renderMatrix, scenarios } from './matrix.ts'
import { type Suite, suites } from './suites.ts'
import { clientVersions } from './versions.ts'

const { values: options } = parseArgs({
  options: { 'require-all': { type: 'boolean', default: false }, update: { type: 'boolean', default: false } },
})
const matrixFile = new URL('../../docs/clients.md', import.meta.url)

function fail(message: string): void {
  console.log(`FAILED: ${message}`)
  process.exitCode = 1
}

/** The command of its toolchain that is not there, or too old. */
async function missingFor({ toolchain }: Suite): Promise<string | undefined> {
  for (const [file, ...args] of toolchain) {
    const code = await run(file, args).then(
      (ended) => ended.code,
      () => null,
    )
    if (code !== 0) return [file, ...args].join(' ')
  }
  return undefined
}

/** Runs a suite and says what came of it; undefined where it was skipped. */
async function runSuite(suite: Suite, url: string): Promise<Ran | undefined> {
  const name = `${suite.language} (${suite.client} ${clientVersions[suite.language]}, ${suite.runner})`
  const missing = await missingFor(suite)
  if (missing !== undefined) {
    const skipped = `${name}: skipped, for this does not succeed here: ${missing}`
    if (options['require-all']) fail(skipped)
    else console.log(skipped)
    return undefined
  }
  const begun = performance.now()
  const { outcomes, code, output } = await suite.run({ EMULATOR_URL: url })
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  const passed = outcomes.filter(({ state }) => state === 'passed').length
  console.log(`${name}: ${passed} of ${Object.keys(scenarios).length} scenarios, ${seconds} s`)
  for (const { test, state, reason } of outcomes) if (state === 'skipped') console.log(`  without ${test}: ${reason}`)
  const faults = faultsOf(outcomes, scenarios)
  if (code !== 0 && faults.length === 0) faults.push(`its runner ended with ${code}`)
  if (faults.length > 0) fail(`${[`${name}:`, ...faults].join('\n  ')}\n${output}`)
  return { suite, outcomes }
}

/** Compares docs/clients.md with what ran, or renews it. */
function checkMatrix(ran: readonly Ran[]): void {
  if (process.exitCode === 1) return
  const text = renderMatrix(ran, scenarios)
  if (options.update) writeFileSync(matrixFile, text)
  if (readFileSync(matrixFile, 'utf8') !== text) fail('docs/clients.md is stale: npm run test:clients -- --update')
}

cleanUpAtExit()
const server = await startServer(emulatorSpec())
const ran = await Promise.all(suites.map((suite) => runSuite(suite, `http://127.0.0.1:${server.port}`)))
if (!server.isRunning()) fail(`the emulator ended:\n${server.output()}`)
await server.stop()

const complete = ran.filter((each) => each !== undefined)
if (complete.length === suites.length) checkMatrix(complete)
else if (options.update) fail('docs/clients.md was left alone, for not every client ran')
else console.log('docs/clients.md was left alone, for not every client ran')
