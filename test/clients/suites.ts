import { globSync, rmSync } from 'node:fs'
import { run } from './command.ts'
import { at, readIfExists } from './files.ts'
import { type Outcome, readGoTest, readJUnit } from './outcomes.ts'
import { installPython, pythonToolchain } from './python-environment.ts'
import { outcomesFile } from './reporter.ts'
import type { clientVersions } from './versions.ts'

export interface SuiteResult {
  outcomes: Outcome[]
  /** The exit code of the runner. */
  code: number | null
  output: string
}

/** The scenarios for one official client, in the usual test runner of its language. */
export interface Suite {
  language: keyof typeof clientVersions
  /** The name of the client in its package registry. */
  client: string
  runner: string
  /** Commands that succeed if the suite can run. */
  toolchain: [string, ...string[]][]
  /** Runs the suite against the emulator at `EMULATOR_URL` in `env`. */
  run: (env: Record<string, string>) => Promise<SuiteResult>
}

const node: Suite = {
  language: 'node',
  client: 'openai',
  runner: 'vitest',
  toolchain: [],
  async run(env) {
    rmSync(outcomesFile, { force: true })
    const reporters = ['--reporter=default', `--reporter=${at('reporter.ts')}`]
    const vitest = [at('../../node_modules/vitest/vitest.mjs'), 'run', '--config', at('node/vitest.config.ts')]
    const { code, output } = await run(process.execPath, [...vitest, ...reporters], { env })
    return { outcomes: JSON.parse(readIfExists(outcomesFile) || '[]'), code, output }
  },
}

const python: Suite = {
  language: 'python',
  client: 'openai',
  runner: 'pytest',
  toolchain: [pythonToolchain],
  async run(env) {
    const failed = await installPython('python', ['python/requirements.txt'])
    if (failed !== undefined) return { outcomes: [], ...failed }
    const report = at('../../dist/clients/python.xml')
    rmSync(report, { force: true })
    const { code, output } = await run(at('python/.venv/bin/pytest'), [`--junitxml=${report}`], {
      cwd: at('python'),
      env,
    })
    return { outcomes: readJUnit(readIfExists(report)), code, output }
  },
}

const go: Suite = {
  language: 'go',
  client: 'github.com/openai/openai-go/v3',
  runner: 'go test',
  toolchain: [['go', 'version']],
  async run(env) {
    const args = ['test', '-json', '-count=1', '-timeout=2m', './...']
    const { code, stdout, output } = await run('go', args, { cwd: at('go'), env })
    const report = readGoTest(stdout)
    return { outcomes: report.outcomes, code, output: report.output || output }
  },
}

const java: Suite = {
  language: 'java',
  client: 'com.openai:openai-java',
  runner: 'JUnit',
  toolchain: [
    ['javac', '-version'],
    ['mvn', '--version'],
  ],
  async run(env) {
    const reports = at('java/target/surefire-reports')
    rmSync(reports, { recursive: true, force: true })
    const { code, output } = await run('mvn', ['--quiet', '--batch-mode', 'test'], { cwd: at('java'), env })
    return {
      outcomes: globSync('*.xml', { cwd: reports }).flatMap((file) => readJUnit(readIfExists(`${reports}/${file}`))),
      code,
      output,
    }
  },
}

export const suites = [node, python, go, java]
