// The entry point of the build: the command for bin/admin-keys-emulator.cjs, and the library for lib/index.js.
export { EmulatorError } from './control-client/emulator-error.ts'
export { main } from './main.ts'

/** Loads the library, and SQLite with it, so that the first emulator of a process does not have to wait. */
export async function loadLibrary(): Promise<typeof import('./library/index.ts')> {
  const [library, { openMemory }] = await Promise.all([
    import('./library/index.ts'),
    import('./sandbox/storage/database.ts'),
  ])
  openMemory().close()
  return library
}
