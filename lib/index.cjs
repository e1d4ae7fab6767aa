'use strict'
// The entry point for `require('admin-keys-emulator')` and `import 'admin-keys-emulator'`, typed by src/library/. The
// built file also holds the command, which loads the server on demand; here loading starts immediately.

// On an older Node, better-sqlite3 would end the process without a message.
if (!(Number(process.versions.napi) >= 10)) {
  throw new Error(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.`)
}

const { program, keepCompiledCode } = require('../bin/load-program.cjs')('library')
const library = program.loadLibrary()
// A load error rejects startEmulator() and connect(). Merely importing this must not end the process.
library.catch(() => {})

exports.startEmulator = async (options) => {
  const emulator = await (await library).startEmulator(options)
  keepCompiledCode()
  return emulator
}
exports.connect = async (target) => (await library).connect(target)
exports.EmulatorError = program.EmulatorError
