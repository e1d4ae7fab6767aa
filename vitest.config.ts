import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    include: ['test/**/*.test.ts'],
    // These have a configuration of their own: they need other toolchains, a registry, or a machine without other work.
    exclude: ['test/attack/**', 'test/clients/**', 'test/e2e/**', 'test/inspector/**'],
    // They wait more than they compute.
    maxWorkers: '100%',
    // Some tests start the program itself, on machines that are busy with other things.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
