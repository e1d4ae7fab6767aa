#!/usr/bin/env node

// On an older Node better-sqlite3 ends the process without a word: say what is needed before it is loaded.
if (Number(process.versions['napi']) < 10) {
  process.stderr.write(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  process.exit(1)
}

const { run } = await import('./cli/program.ts')
const exitCode = await run(process.argv.slice(2), process.env)
if (exitCode !== undefined) process.exitCode = exitCode
