import { defineConfig } from 'vitest/config'

const root = new URL('../..', import.meta.url).pathname

// What must hold of a server that was used and reset, and of one sandbox whatever is done to another.
const suites = ['test/openai-api/*.test.ts']

const inStage = (stage: string) => ({
  root,
  test: {
    name: stage,
    include: suites,
    setupFiles: ['test/rerun/excluded.ts'],
    env: { EMULATOR_TEST_STAGE: stage },
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})

export default defineConfig({ root, test: { projects: [inStage('reset'), inStage('sandbox')], maxWorkers: '100%' } })
