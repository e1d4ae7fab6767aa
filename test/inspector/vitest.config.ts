import { defineConfig } from 'vitest/config'

const root = new URL('../..', import.meta.url).pathname

// Tests in a browser, one file at a time: some measure how long the page does not respond.
export default defineConfig({
  root,
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/inspector/*.test.ts'],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 8000 } },
  },
})
