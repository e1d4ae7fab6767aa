import { defineConfig } from 'vitest/config'

const root = new URL('../..', import.meta.url).pathname

// Tests that measure time: one file at a time, and not beside the others.
export default defineConfig({
  root,
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/attack/*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 20_000,
  },
})
