import { defineConfig } from 'vitest/config'

// Tests of the shipped package and image. Unlike npm test, they need a container engine, a registry or a linter.
export default defineConfig({
  test: {
    include: ['test/e2e/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
})
