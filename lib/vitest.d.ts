// By the name of the package, which resolves in it, too.
import type { ConnectOptions, CreatedSandbox, EmulatorOptions } from 'admin-keys-emulator'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the emulator of the global setup runs, for `connect()`. */
    adminKeysEmulator: ConnectOptions
  }
}

interface Project {
  provide(key: 'adminKeysEmulator', value: ConnectOptions): void
}

type GlobalSetup = (project: Project) => Promise<() => Promise<void>>

/**
 * Returns a global setup for vitest that starts an emulator with these options, and stops it after all tests.
 *
 * @example
 * // emulator.setup.ts, with `globalSetup: './emulator.setup.ts'` in vitest's configuration
 * export default emulatorSetup({ seed: 'seed.yaml' })
 */
export declare function emulatorSetup(options?: EmulatorOptions): GlobalSetup

/** The global setup with the default options: `globalSetup: 'admin-keys-emulator/vitest'` in vitest's configuration. */
declare const defaultSetup: GlobalSetup
export default defaultSetup

type Fixture<Needed, Value> = (needed: Needed, use: (value: Value) => Promise<void>) => Promise<void>

/**
 * A sandbox of its own for each test that uses one of `sandbox`, `baseURL` and `adminKey`: created before the test, deleted
 * after it. The emulator is that of the global setup.
 *
 * @example
 * const test = base.extend(sandboxFixtures)
 * test('creates a key', async ({ baseURL, adminKey }) => {
 *   const client = new OpenAI({ baseURL, adminAPIKey: adminKey })
 * })
 */
export declare const sandboxFixtures: {
  sandbox: Fixture<object, CreatedSandbox>
  baseURL: Fixture<{ sandbox: CreatedSandbox }, string>
  adminKey: Fixture<{ sandbox: CreatedSandbox }, string | null>
}
