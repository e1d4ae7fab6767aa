import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/support/set-up.ts'],
    include: ['test/*.test.ts'],
    // They wait more than they compute.
    maxWorkers: '100%',
    // Some tests start the program itself, on machines that are busy with other things.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
