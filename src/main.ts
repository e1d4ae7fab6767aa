#!/usr/bin/env node
import './cli/signals.ts'

// On an older Node better-sqlite3 ends the process without a word: say what is needed before it is loaded.
if (Number(process.versions['napi']) < 10) {
  process.stderr.write(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  process.exit(1)
}

// Whoever reads what we print may go away; that is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})

const { run } = await import('./cli/program.ts')
const exitCode = await run(process.argv.slice(2), process.env)
if (exitCode !== undefined) process.exitCode = exitCode
