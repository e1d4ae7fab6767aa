import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Outcome, scenarioOf } from './outcomes.ts'
import type { Suite } from './suites.ts'
import { clientVersions } from './versions.ts'

/** Scenarios by id, each with its sentence. */
export type Scenarios = Record<string, string>

export const scenarios: Scenarios = parse(readFileSync(new URL('scenarios.yaml', import.meta.url), 'utf8'))

/** A suite that ran, and what came of it. */
export interface Ran {
  suite: Suite
  outcomes: Outcome[]
}

/** What is wrong with a suite: tests that failed, or were skipped without a reason; scenarios without a test, and the reverse. */
export function faultsOf(outcomes: readonly Outcome[], scenarios: Scenarios): string[] {
  const ids = outcomes.map(({ test }) => scenarioOf(test))
  return [
    ...outcomes.filter(({ state }) => state === 'failed').map(({ test }) => `${test} failed`),
    ...outcomes
      .filter(({ state, reason }) => state === 'skipped' && !reason)
      .map(({ test }) => `${test} is skipped, but why?`),
    ...ids.filter((id) => !(id in scenarios)).map((id) => `${id} is no scenario`),
    ...ids.filter((id, n) => ids.indexOf(id) < n).map((id) => `${id} is there twice`),
    ...Object.keys(scenarios)
      .filter((id) => !ids.includes(id))
      .map((id) => `${id} is missing`),
  ]
}

/** docs/clients.md, as those that ran have it. */
export function renderMatrix(ran: readonly Ran[], scenarios: Scenarios): string {
  const reasons: string[] = []
  const cell = ({ suite, outcomes }: Ran, id: string) => {
    const outcome = outcomes.find(({ test }) => scenarioOf(test) === id)
    if (outcome?.state === 'passed') return 'yes'
    reasons.push(`${reasons.length + 1}. ${suite.language}, \`${id}\`: ${outcome?.reason}`)
    return `no (${reasons.length})`
  }
  const rows = Object.entries(scenarios).map(([id, sentence]) =>
    row(`\`${id}\`: ${sentence}`, ...ran.map((each) => cell(each, id))),
  )
  return [opening, ...head(ran.map(({ suite }) => suite)), ...rows, '', ...reasons, ''].join('\n')
}

const row = (...cells: string[]) => `| ${cells.join(' | ')} |`

/** The rows that say which clients these are. */
export const head = (suites: readonly Suite[]) => [
  row('', ...suites.map(({ language }) => `[${language}](../test/clients/${language})`)),
  row('---', ...suites.map(() => '---')),
  row('client', ...suites.map(({ client }) => `\`${client}\``)),
  row('version', ...suites.map(({ language }) => clientVersions[language])),
  row('runner', ...suites.map(({ runner }) => runner)),
]

const opening = `# The official clients

<!-- Written by npm run test:clients -- --update; a run that would write something else fails. -->

What four official clients are shown to do with the emulator, all of them at once on one server, every test in a
sandbox of its own. The suites, in the repository, are examples to copy, too: each is written for its language's usual runner, and one file
of it makes a sandbox and speaks to its controls. They ask the emulator at port 4010, or where \`EMULATOR_URL\` says:
beside \`npm start\`, for instance, \`cd test/clients/go && go test ./...\`. \`npm run test:clients\` starts an emulator
and runs those whose toolchain it finds.
`
