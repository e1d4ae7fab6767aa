#!/usr/bin/env node
'use strict'
// Any Node version can parse this file. On an older one, better-sqlite3 would end the process without a message.
if (Number(process.versions.napi) >= 10) {
  const { program, keepCompiledCode } = require('./load-program.cjs')('command')
  program.main(keepCompiledCode)
} else {
  process.stderr.write(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  process.exitCode = 1
}
