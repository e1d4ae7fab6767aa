// What `import 'admin-keys-emulator'` gives; its types are those of src/library/. The built file holds the command, too,
// which is not to load a server for `env` or `healthcheck`: here that begins at once, and without a top-level await, so
// that CommonJS can require() it.
import { loadLibrary } from '../dist/index.cjs'

const library = loadLibrary()

export const startEmulator = async (options) => (await library).startEmulator(options)
