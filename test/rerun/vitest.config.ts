import { defineConfig } from 'vitest/config'
import type { RerunMode } from '../support/rerun.ts'

const root = new URL('../..', import.meta.url).pathname

// The emulated API must behave the same after use and a reset, and in a second sandbox while `default` is busy.
const rerunIn = (mode: RerunMode) => ({
  root,
  test: {
    name: mode,
    include: ['test/openai-api/*.test.ts'],
    isolate: false,
    setupFiles: ['test/rerun/excluded.ts'],
    env: { EMULATOR_TEST_RERUN: mode },
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})

export default defineConfig({ root, test: { projects: [rerunIn('reset'), rerunIn('sandbox')], maxWorkers: '100%' } })
