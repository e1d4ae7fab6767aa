import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // The suite is written for Jest, whose functions are global.
    globals: true,
    alias: { openai: fileURLToPath(import.meta.resolve('openai')) },
  },
})
