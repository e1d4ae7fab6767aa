// The entry point for `import 'admin-keys-emulator/vitest'`: one emulator for all test files, and a sandbox for each test.
import { connect, startEmulator } from './index.js'

/** Returns a global setup that starts an emulator with these options. */
export const emulatorSetup = (options) => async (project) => {
  const { url, adminKey, close } = await startEmulator(options)
  project.provide('adminKeysEmulator', { url, adminKey, controlToken: options?.controlToken })
  return close
}

export default emulatorSetup()

const noSetup =
  "no emulator is running: add globalSetup: 'admin-keys-emulator/vitest', or a file with emulatorSetup(), to vitest's configuration"

let connection
async function connectOnce() {
  // Not at the top: vitest cannot be imported where the global setup runs.
  const { inject } = await import('vitest')
  const target = inject('adminKeysEmulator')
  if (target === undefined) throw new Error(noSetup)
  connection ??= connect(target)
  return connection
}

// vitest reads the names of the fixtures that each needs from the pattern of its first parameter.
export const sandboxFixtures = {
  // biome-ignore lint/correctness/noEmptyPattern: vitest requires a pattern
  sandbox: async ({}, use) => {
    const { sandboxes } = await connectOnce()
    const sandbox = await sandboxes.create()
    await use(sandbox)
    await sandbox.delete()
  },
  baseURL: ({ sandbox }, use) => use(sandbox.baseURL),
  adminKey: ({ sandbox }, use) => use(sandbox.adminKey),
}
