import { mkdirSync, writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import type { Outcome } from './outcomes.ts'

/** Where it leaves what became of the tests. */
export const outcomesFile = new URL('../../dist/clients/node.json', import.meta.url)

/** Writes what became of each test, and why one was skipped, which vitest's own reports leave out. */
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
