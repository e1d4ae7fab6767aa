import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // The files share the modules of a worker: loading them takes a second of CPU time. Nothing in them changes.
    isolate: false,
    include: ['test/**/*.test.ts'],
    // These have a configuration of their own: they need other toolchains, a registry, or a machine without other work.
    exclude: ['test/attack/**', 'test/clients/**', 'test/e2e/**', 'test/inspector/**'],
    // Many wait for processes, files and timers.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // Some tests start the program itself, on machines that are busy with other things.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
