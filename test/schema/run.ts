import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installSchemathesis } from './environment.ts'
import { startServer } from './server.ts'

// Fuzzes the OpenAPI document of the built program with schemathesis: every operation with valid and invalid input, and
// along its links. Fails on every finding and for operations that never succeeded.

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

interface Part {
  name: string
  /** The path prefix for the paths of the document. */
  base: string
  options: string[]
}

const tags = (...names: string[]) => names.flatMap((name) => ['--include-tag', name])
const linked = (pattern: string) => ['--phases', 'stateful', '--include-operation-id-regex', `^emulator-${pattern}`]
const unlinked = (tag: string) => ['--phases', 'examples,coverage,fuzzing', '--include-tag', tag]

// Rows run in parallel. Schemathesis prefers to start a chain of links with a POST; the links of snapshots start with a
// PUT, so they are a separate part.
const rows: Part[][] = [
  [{ name: 'the controls', base: '/sandbox/fuzzed', options: unlinked('Controls') }],
  [
    { name: 'admin keys', base: '/sandbox/fuzzed/v1', options: tags('Admin API keys') },
    {
      name: 'projects and what is in them',
      base: '/sandbox/fuzzed/v1',
      options: tags('Projects', 'Project service accounts', 'Project API keys', 'Audit logs', 'Models'),
    },
    {
      name: 'the links of sandboxes, faults and keys',
      base: '/sandbox/fuzzed',
      options: linked('(sandboxes|faults|keys)'),
    },
    { name: 'the links of snapshots', base: '/sandbox/fuzzed', options: linked('snapshots') },
    { name: 'the probes', base: '', options: unlinked('Emulator') },
  ],
]

/** The number of responses by operation id and status class. */
type Tally = Record<string, Record<string, number>>

const partTimeoutMs = 300_000

async function fuzz(command: string, { name, base, options }: Part): Promise<{ problems: string[]; tally: Tally }> {
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
    timeout: partTimeoutMs,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  const problems = await server.stop()
  if (code === null) problems.push(`schemathesis did not finish within ${partTimeoutMs / 1000} s`)
  else if (code !== 0) problems.push(`schemathesis ended with ${code}`)
  console.log(`\n==== ${name}\n${output}`)
  const tally = code === null ? {} : JSON.parse(readFileSync(join(folder, 'tally.json'), 'utf8'))
  rmSync(folder, { recursive: true })
  return { problems: problems.map((each) => `${name}: ${each}`), tally }
}

/** Prints the responses per operation and status class; returns the operations that never succeeded. */
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
const command = installSchemathesis()
const outcomes = await Promise.all(
  rows.map(async (row) => {
    const results = []
    for (const part of row) results.push(await fuzz(command, part))
    return results
  }),
)
const unsuccessful = report(outcomes.flat().map(({ tally }) => tally))
const problems = outcomes.flat().flatMap((outcome) => outcome.problems)
problems.push(...unsuccessful.map((operation) => `${operation}: no request succeeded`))
for (const each of problems) console.log(`FAILED: ${each}`)
process.exitCode = problems.length > 0 ? 1 : 0
