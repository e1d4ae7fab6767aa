#!/usr/bin/env node
'use strict'
// The command. Written so that any Node can read it: on an older one better-sqlite3 would end the process without a word.
if (Number(process.versions.napi) >= 10) {
  // The compiled code of an earlier start, which a third of a start is spent on otherwise; NODE_COMPILE_CACHE says where.
  require('node:module').enableCompileCache()
  require('../dist/index.cjs').main()
} else {
  process.stderr.write(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  process.exitCode = 1
}
