import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Some tests start the program itself, on machines that are busy with other things.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
