import { defineConfig } from 'vitest/config'

const root = new URL('../..', import.meta.url).pathname

// What must hold of a server that was used and reset, and of one sandbox whatever is done to another.
const suites = ['auth', 'behaviors', 'create', 'errors', 'headers', 'list', 'official-client', 'retrieve-delete']

const inStage = (stage: string) => ({
  root,
  test: {
    name: stage,
    include: suites.map((suite) => `test/${suite}.test.ts`),
    setupFiles: ['test/stages/excluded.ts'],
    env: { EMULATOR_TEST_STAGE: stage },
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})

export default defineConfig({ root, test: { projects: [inStage('reset'), inStage('sandbox')], maxWorkers: '100%' } })
