import { parseArgs } from 'node:util'
import { cleanUpAtExit } from '../../../bench/processes.ts'
import { emulatorSpec, startServer } from '../../../bench/servers.ts'
import type { Outcome } from '../outcomes.ts'
import { fail, updateDocs } from '../report.ts'
import { findMissingTool } from '../toolchain.ts'
import { clientVersions } from '../versions.ts'
import { goSuite } from './go.ts'
import { nodeSuite } from './node.ts'
import { pythonSuite } from './python.ts'
import { minRounds, type OfficialRun, problemsOfRounds, renderOfficial, selectFiles } from './results.ts'
import type { OfficialSuite } from './suite.ts'

// Runs the official clients' own test suites, unmodified, against one emulator with the seed sdk-conformance. All run at the
// same time, each again and again until every one has run often enough.

const { values: options } = parseArgs({
  options: {
    'require-all': { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    // The folder of a checkout.
    'openai-node': { type: 'string' },
  },
})

/** Returns whether the suite can run; prints why if not. */
async function canRun({ language, toolchain }: OfficialSuite): Promise<boolean> {
  const missing = await findMissingTool(toolchain)
  if (missing === undefined) return true
  const skipped = `${language}: skipped because this command failed: ${missing}`
  if (options['require-all']) fail(skipped)
  else console.log(skipped)
  return false
}

/** Runs a suite until it and all others have run often enough, or until it fails. Prints its result. */
async function runSuite(suite: OfficialSuite, source: string, running: Set<OfficialSuite>): Promise<OfficialRun> {
  const { selected, problems } = selectFiles(suite, suite.files(source))
  const rounds: Outcome[][] = []
  let failedOutput = ''
  while (failedOutput === '' && (rounds.length < minRounds || running.size > 0)) {
    const { outcomes, code, output } = await suite.run(source, selected, { TEST_API_BASE_URL: url })
    rounds.push(outcomes)
    if (code !== 0) failedOutput = `its runner ended with ${code}:\n${output}`
    if (rounds.length >= minRounds || code !== 0) running.delete(suite)
  }
  problems.push(...problemsOfRounds(rounds))
  const tests = rounds[0]?.length ?? 0
  const name = `${suite.language} ${clientVersions[suite.language]}`
  console.log(`${name}: ${tests} tests in ${selected.length} files, ${rounds.length} times`)
  if (problems.length > 0 || failedOutput !== '') fail([`${name}:`, ...problems, failedOutput].join('\n  '))
  return { language: suite.language, tests }
}

cleanUpAtExit()
const server = await startServer(emulatorSpec('--seed', 'sdk-conformance'))
const url = `http://127.0.0.1:${server.port}`
const checkout = options['openai-node']
if (checkout === undefined) console.log('node: skipped because its package has no tests; use --openai-node CHECKOUT')
const suites = [pythonSuite, goSuite, ...(checkout === undefined ? [] : [nodeSuite(checkout)])]
const running = new Set<OfficialSuite>()
for (const suite of suites) if (await canRun(suite)) running.add(suite)
const sources = await Promise.all([...running].map(async (suite) => [suite, await suite.fetch()] as const))
const runs = await Promise.all(sources.map(([suite, source]) => runSuite(suite, source, running)))
if (!server.isRunning()) fail(`the emulator ended:\n${server.output()}`)
await server.stop()

// Without node, which runs only by hand.
const documented = runs.filter(({ language }) => language !== 'node')
updateDocs('test:official', documented.length === 2 && renderOfficial(documented), options.update)
