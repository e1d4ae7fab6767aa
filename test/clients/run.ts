import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { cleanUpAtExit } from '../../bench/processes.ts'
import { emulatorSpec, startServer } from '../../bench/servers.ts'
import { run } from './command.ts'
import { problemsOf, replaceMatrix, type SuiteRun, scenarios } from './matrix.ts'
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

/** Returns the command of the toolchain that is missing or too old. */
async function findMissingTool({ toolchain }: Suite): Promise<string | undefined> {
  for (const [file, ...args] of toolchain) {
    const code = await run(file, args).then(
      (result) => result.code,
      () => null,
    )
    if (code !== 0) return [file, ...args].join(' ')
  }
  return undefined
}

/** Runs a suite and prints its result; returns undefined if it was skipped. */
async function runSuite(suite: Suite, url: string): Promise<SuiteRun | undefined> {
  const name = `${suite.language} (${suite.client} ${clientVersions[suite.language]}, ${suite.runner})`
  const missing = await findMissingTool(suite)
  if (missing !== undefined) {
    const skipped = `${name}: skipped because this command failed: ${missing}`
    if (options['require-all']) fail(skipped)
    else console.log(skipped)
    return undefined
  }
  const startedAt = performance.now()
  const { outcomes, code, output } = await suite.run({ EMULATOR_URL: url })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const passed = outcomes.filter(({ state }) => state === 'passed').length
  console.log(`${name}: ${passed} of ${Object.keys(scenarios).length} scenarios, ${seconds} s`)
  for (const { test, state, reason } of outcomes) if (state === 'skipped') console.log(`  skipped ${test}: ${reason}`)
  const problems = problemsOf(outcomes, scenarios)
  if (code !== 0 && problems.length === 0) problems.push(`its runner ended with ${code}`)
  if (problems.length > 0) fail(`${[`${name}:`, ...problems].join('\n  ')}\n${output}`)
  return { suite, outcomes }
}

/** Compares docs/clients.md with the results, or updates it. */
function checkMatrix(runs: readonly SuiteRun[]): void {
  if (process.exitCode === 1) return
  const page = readFileSync(matrixFile, 'utf8')
  const text = replaceMatrix(page, runs, scenarios)
  if (options.update) writeFileSync(matrixFile, text)
  else if (page !== text) fail('docs/clients.md is out of date; update it with npm run test:clients -- --update')
}

cleanUpAtExit()
const server = await startServer(emulatorSpec())
const runs = await Promise.all(suites.map((suite) => runSuite(suite, `http://127.0.0.1:${server.port}`)))
if (!server.isRunning()) fail(`the emulator ended:\n${server.output()}`)
await server.stop()

const completeRuns = runs.filter((each) => each !== undefined)
if (completeRuns.length === suites.length) checkMatrix(completeRuns)
else if (options.update) fail('docs/clients.md was not checked because some suites did not run')
else console.log('docs/clients.md was not checked because some suites did not run')
