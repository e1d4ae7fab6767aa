'use strict'
// What `require('admin-keys-emulator')` and `import 'admin-keys-emulator'` give; its types are those of src/library/. The
// built file holds the command, too, which is not to load a server for `env` or `healthcheck`: here that begins at once.

// On an older Node better-sqlite3 would end the process without a word.
if (!(Number(process.versions.napi) >= 10)) {
  throw new Error(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.`)
}

const library = require('../dist/index.cjs').loadLibrary()
// Whoever starts an emulator is told; whoever only imports this is not to be ended by it.
library.catch(() => {})

exports.startEmulator = async (options) => (await library).startEmulator(options)
exports.connect = async (to) => (await library).connect(to)
exports.EmulatorError = require('../dist/index.cjs').EmulatorError
