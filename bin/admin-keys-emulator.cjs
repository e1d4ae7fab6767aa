#!/usr/bin/env node
'use strict'
// Any Node version can parse this file. On an older one, better-sqlite3 would end the process without a message.
if (Number(process.versions.napi) >= 10) {
  // Reusing the code compiled by an earlier start saves a third of the startup time. NODE_COMPILE_CACHE sets the folder.
  // Deno has no such cache.
  require('node:module').enableCompileCache?.()
  require('../dist/index.cjs').main()
} else {
  process.stderr.write(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  process.exitCode = 1
}
