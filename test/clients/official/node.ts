import { globSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../command.ts'
import { at, readIfExists } from '../files.ts'
import { outcomesFile } from '../reporter.ts'
import type { OfficialSuite } from './suite.ts'

/** The suite in a checkout of openai-node, because the package in the registry has no tests. */
export const nodeSuite = (checkout: string): OfficialSuite => ({
  language: 'node',
  toolchain: [],
  fetch: async () => resolve(checkout),
  files: (source) => globSync('tests/api-resources/admin/organization/**/*.test.ts', { cwd: source }),
  resourceIn: (file) => file.replace('tests/api-resources/admin/organization/', '').replace('.test.ts', ''),
  async run(source, files, env) {
    rmSync(outcomesFile, { force: true })
    const vitest = [at('../../node_modules/vitest/vitest.mjs'), 'run', '--config', at('official/vitest.config.ts')]
    const reporters = ['--reporter=default', `--reporter=${at('reporter.ts')}`]
    const paths = files.map((file) => join(source, file))
    const { code, output } = await run(process.execPath, [...vitest, '--root', source, ...reporters, ...paths], { env })
    return { outcomes: JSON.parse(readIfExists(outcomesFile) || '[]'), code, output }
  },
})
