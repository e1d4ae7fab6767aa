import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    dir: import.meta.dirname,
    include: ['**/*.test.ts'],
    sequence: { concurrent: true },
    testTimeout: 60_000,
  },
})
