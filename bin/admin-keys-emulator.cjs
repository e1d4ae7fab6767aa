#!/usr/bin/env node
'use strict'
// The command. Written so that any Node can read it: on an older one better-sqlite3 would end the process without a word.
if (Number(process.versions.napi) >= 10) {
  require('../dist/index.cjs').main()
} else {
  process.stderr.write(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  process.exitCode = 1
}
