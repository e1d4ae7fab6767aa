import { mkdirSync, writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import type { Outcome } from './outcomes.ts'

/** The file that the reporter writes. */
export const outcomesFile = new URL('../../dist/clients/node.json', import.meta.url)

/** Writes the outcome of each test, with the reason for a skip, which vitest's own reporters omit. */
export default class OutcomesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const outcomes = tests.map((test): Outcome => {
      const result = test.result()
      if (result.state === 'skipped') return { test: test.name, state: 'skipped', reason: result.note ?? '' }
      return { test: test.name, state: result.state === 'passed' ? 'passed' : 'failed' }
    })
    mkdirSync(new URL('.', outcomesFile), { recursive: true })
    writeFileSync(outcomesFile, JSON.stringify(outcomes))
  }
}
