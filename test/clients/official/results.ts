import { row } from '../matrix.ts'
import type { Outcome } from '../outcomes.ts'
import { clientVersions } from '../versions.ts'
import { emulatedResources, findResource, isEmulated, missingResources } from './resources.ts'
import type { OfficialSuite } from './suite.ts'

/** How often each suite runs at least. */
export const minRounds = 3

/** A suite that ran. */
export interface OfficialRun {
  language: OfficialSuite['language']
  /** The number of tests in each round. */
  tests: number
}

/** Returns the files of emulated resources, and a problem for each file whose resource is unknown. */
export function selectFiles(suite: Pick<OfficialSuite, 'resourceIn'>, files: readonly string[]) {
  const resourceOf = (file: string) => findResource(suite.resourceIn(file))
  return {
    selected: files.filter((file) => isEmulated(resourceOf(file) ?? '')),
    problems: files
      .filter((file) => resourceOf(file) === undefined)
      .map((file) => `${file} is about a resource that test/clients/official/resources.ts does not list`),
  }
}

/** Returns tests that did not pass, and rounds in which another number of tests ran than in the first. */
export function problemsOfRounds(results: readonly (readonly Outcome[])[]): string[] {
  const tests = results[0]?.length ?? 0
  const notPassed = results.flatMap((outcomes, n) =>
    outcomes.filter(({ state }) => state !== 'passed').map(({ test, state }) => `round ${n + 1}: ${test} ${state}`),
  )
  const lengths = results.map((outcomes) => outcomes.length)
  return [
    ...(tests === 0 ? ['no test ran'] : []),
    ...notPassed,
    ...(lengths.some((length) => length !== tests) ? [`the rounds ran ${lengths.join(', ')} tests`] : []),
  ]
}

const list = (resources: readonly string[]) => resources.map((resource) => `\`${resource}\``).join(', ')

/** Returns the table of docs/clients.md for the suites that ran, with the resources that they are about. */
export function renderOfficial(runs: readonly OfficialRun[]): string {
  return [
    row('', ...runs.map(({ language }) => language)),
    row('---', ...runs.map(() => '---')),
    row('version', ...runs.map(({ language }) => clientVersions[language])),
    row('tests that pass', ...runs.map(({ tests }) => String(tests))),
    '',
    `- Tested: ${list(emulatedResources)}. Of \`models\`, only list.`,
    `- Not emulated, and so not tested: ${list(missingResources)}.`,
    '',
  ].join('\n')
}
