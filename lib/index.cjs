'use strict'
// The entry point for `require('admin-keys-emulator')` and `import 'admin-keys-emulator'`, typed by src/library/. The
// built file also holds the command, which loads the server on demand; here loading starts immediately.

// On an older Node, better-sqlite3 would end the process without a message.
if (!(Number(process.versions.napi) >= 10)) {
  throw new Error(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.`)
}

const library = require('../dist/index.cjs').loadLibrary()
// A load error rejects startEmulator() and connect(). Merely importing this must not end the process.
library.catch(() => {})

exports.startEmulator = async (options) => (await library).startEmulator(options)
exports.connect = async (target) => (await library).connect(target)
exports.EmulatorError = require('../dist/index.cjs').EmulatorError
