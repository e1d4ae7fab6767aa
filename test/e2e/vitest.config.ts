import { defineConfig } from 'vitest/config'

// What is shipped, as it is shipped: these need an engine, a registry or a linter, which npm test does not.
export default defineConfig({
  test: {
    include: ['test/e2e/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
})
