import { parseArgs } from 'node:util'
import { cleanUpAtExit } from '../../bench/processes.ts'
import { emulatorSpec, startServer } from '../../bench/servers.ts'
import { problemsOf, renderMatrix, type SuiteRun, scenarios } from './matrix.ts'
import { fail, updateDocs } from './report.ts'
import { type Suite, suites } from './suites.ts'
import { findMissingTool } from './toolchain.ts'
import { clientVersions } from './versions.ts'

const { values: options } = parseArgs({
  options: { 'require-all': { type: 'boolean', default: false }, update: { type: 'boolean', default: false } },
})

/** Runs a suite and prints its result; returns undefined if it was skipped. */
async function runSuite(suite: Suite, url: string): Promise<SuiteRun | undefined> {
  const name = `${suite.language} (${suite.client} ${clientVersions[suite.language]}, ${suite.runner})`
  const missing = await findMissingTool(suite.toolchain)
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

cleanUpAtExit()
const server = await startServer(emulatorSpec())
const runs = await Promise.all(suites.map((suite) => runSuite(suite, `http://127.0.0.1:${server.port}`)))
if (!server.isRunning()) fail(`the emulator ended:\n${server.output()}`)
await server.stop()

const completeRuns = runs.filter((each) => each !== undefined)
updateDocs(
  'test:clients',
  completeRuns.length === suites.length && renderMatrix(completeRuns, scenarios),
  options.update,
)
