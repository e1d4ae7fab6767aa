import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { schemathesis } from './environment.ts'
import { startServer } from './server.ts'

// Fuzzes the document that the built program serves, with schemathesis: every operation, with what fits its schemas and what
// does not, and along its links. Fails for what a check finds, and for an operation that never once succeeded.

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

interface Part {
  name: string
  /** What stands before the paths of the document. */
  base: string
  options: string[]
}

const linked = (which: string) => ['--phases', 'stateful', '--include-operation-id-regex', `^emulator-${which}`]
const unlinked = (tag: string) => ['--phases', 'examples,coverage,fuzzing', '--include-tag', tag]

// The rows run beside each other. Schemathesis begins a walk along links with a POST where it may choose: that of snapshots
// begins with a PUT, and is a part of its own.
const rows: Part[][] = [
  [{ name: 'the controls', base: '/sandbox/fuzzed', options: unlinked('Controls') }],
  [
    { name: 'the emulated API', base: '/sandbox/fuzzed/v1', options: ['--include-tag', 'Admin API keys'] },
    { name: 'the links of sandboxes and faults', base: '/sandbox/fuzzed', options: linked('(sandboxes|faults)') },
    { name: 'the links of snapshots', base: '/sandbox/fuzzed', options: linked('snapshots') },
    { name: 'the probes', base: '', options: unlinked('Emulator') },
  ],
]

/** How often an operation was answered how: by its id, and the first digit of the status. */
type Tally = Record<string, Record<string, number>>

// In milliseconds.
const longestPart = 300_000

async function fuzz(command: string, { name, base, options }: Part): Promise<{ wrong: string[]; tally: Tally }> {
  const server = await startServer()
  const folder = mkdtempSync(join(tmpdir(), 'admin-keys-schema-'))
  const args = [
    '--config-file',
    at('schemathesis.toml'),
    'run',
    `${server.url}/openapi.json`,
    '--url',
    server.url + base,
  ]
  const child = spawn(command, [...args, '--no-color', ...options, ...process.argv.slice(2)], {
    cwd: folder,
    env: { ...process.env, SCHEMATHESIS_HOOKS: at('hooks.py'), PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestPart,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
  const [code] = await once(child, 'close')
  const wrong = await server.stop()
  if (code === null) wrong.push(`schemathesis was not done within ${longestPart / 1000} s`)
  else if (code !== 0) wrong.push(`schemathesis ended with ${code}`)
  console.log(`\n==== ${name}\n${said}`)
  const tally = code === null ? {} : JSON.parse(readFileSync(join(folder, 'tally.json'), 'utf8'))
  rmSync(folder, { recursive: true })
  return { wrong: wrong.map((each) => `${name}: ${each}`), tally }
}

/** Prints how often each operation was answered how, and answers those that never succeeded. */
function report(tallies: Tally[]): string[] {
  const operations = [...new Set(tallies.flatMap((tally) => Object.keys(tally)))].sort()
  const sum = (operation: string, kind: string) =>
    tallies.reduce((total, tally) => total + (tally[operation]?.[kind] ?? 0), 0)
  const row = (first: string, cells: unknown[]) =>
    console.log(first.padEnd(31) + cells.map((cell) => String(cell).padStart(7)).join(''))
  const kinds = ['2xx', '4xx', '5xx']
  row('operation', kinds)
  for (const operation of operations) {
    row(
      operation,
      kinds.map((kind) => sum(operation, kind)),
    )
  }
  return operations.filter((operation) => sum(operation, '2xx') === 0)
}

execFileSync(process.execPath, [at('../../scripts/build.ts')], { stdio: 'inherit' })
const command = schemathesis()
const outcomes = await Promise.all(
  rows.map(async (row) => {
    const ended = []
    for (const part of row) ended.push(await fuzz(command, part))
    return ended
  }),
)
const unproven = report(outcomes.flat().map(({ tally }) => tally))
const wrong = outcomes.flat().flatMap((outcome) => outcome.wrong)
wrong.push(...unproven.map((operation) => `${operation}: nothing that was sent to it was accepted`))
for (const each of wrong) console.log(`FAILED: ${each}`)
process.exitCode = wrong.length > 0 ? 1 : 0
