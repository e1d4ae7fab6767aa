import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startEmulator } from '../../src/library/index.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { programPath, serve } from '../support/program.ts'
import { readSnippets } from '../support/snippets.ts'

const run = promisify(execFile)
const snippets = readSnippets(new URL('../../docs/recipes.md', import.meta.url))
const [preparation] = snippets
const sections = snippets.slice(1)

// What each shell snippet says, in the order of the document.
const said = [
  /^200\n\{"now":.*\}\nHTTP\/1\.1 401 Unauthorized\r\nx-emulator-reason: key_expired; /,
  /429\n429\n200\n"retry_count":0,"since_previous_ms":null\n"retry_count":1,"since_previous_ms":[\d.]+\n"retry_count":2,/,
  /no answer\n200\n2\n.*"deleted":true\}\n1\n$/,
  /\n200\n200\n429\n\{"now":.*\}\n200\n$/,
  /\n404\n404\n404\n200\n$/,
  /"object":"organization\.admin_api_key\.deleted","deleted":false\}\n$/,
  /^\{"reset":\[.*\]\}\n"name":"another"\n$/,
  /^\{"name":"arranged",.*\}\n.*"deleted":true\}\n\{"name":"arranged",.*\}\n200\n$/,
  /^40\n$/,
  /^\{"keys":2\}\n *"name": "at fault",\n$/,
]

test('every scenario is shown in TypeScript and in the shell', () => {
  expect(preparation?.language).toBe('sh')
  expect(sections.map(({ language }) => language)).toEqual(said.flatMap(() => ['ts', 'sh']))
})

test('docs/control-api.md has every control, and every method', async () => {
  const rows = readFileSync(new URL('../../docs/control-api.md', import.meta.url), 'utf8').matchAll(
    /^\| (?:`([\w.]+)\(.*?\)`|none.*?) \| `([A-Z]+) (\/.*?)` \|/gm,
  )
  const [methods, calls] = [new Set<string>(), new Set<string>()]
  for (const [, method, verb = '', path = ''] of rows) {
    if (method !== undefined) methods.add(method)
    calls.add(`${verb.toLowerCase()} /_emulator${path}`)
  }
  await using emulator = await startEmulator()
  const { paths } = (await (await fetch(`${emulator.url}/openapi.json`)).json()) as { paths: Record<string, object> }
  const controls = Object.entries(paths)
    .filter(([path]) => path.startsWith('/_emulator'))
    .flatMap(([path, operations]) => Object.keys(operations).map((verb) => `${verb} ${path}`))
  expect([...calls].sort()).toEqual(controls.sort())
  expect([...methods].sort()).toEqual(methodsOf(emulator).filter((name) => !['sandbox', 'close'].includes(name)))
})

/** Their names, sorted. */
const methodsOf = (of: object, prefix = ''): string[] =>
  Object.entries(of)
    .flatMap(([name, value]) => {
      if (typeof value === 'function') return [prefix + name]
      return typeof value === 'object' && value !== null ? methodsOf(value, `${prefix}${name}.`) : []
    })
    .sort()

describe('with the library', () => {
  test.each(sections.filter(({ language }) => language === 'ts'))('line $line', async ({ text }) => {
    // Below the package, where its own name leads to it.
    const folder = fileURLToPath(
      new URL(`../../dist/docs-${process.pid}-${Math.random().toString(36).slice(2)}`, import.meta.url),
    )
    mkdirSync(folder, { recursive: true })
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'scenario.ts'), text)
    await run(process.execPath, ['scenario.ts'], { cwd: folder })
  })
})

describe('with curl', () => {
  test.each(
    sections.filter(({ language }) => language === 'sh').map((each, n) => ({ ...each, expected: said[n] ?? /./ })),
  )('line $line', async ({ text, expected }) => {
    const { url } = await serve()
    const { host } = new URL(url)
    const cwd = createTemporaryFolder()
    symlinkSync(programPath, join(cwd, 'admin-keys-emulator'))
    // It runs already, at another port.
    const begin = (preparation?.text ?? '').replaceAll(/^admin-keys-emulator .*\n/gm, '')
    const script = `${begin}${text}`.replaceAll('localhost:4010', host)
    const env = { ...process.env, PATH: `${cwd}:${process.env['PATH']}`, EMULATOR_URL: url }
    const { stdout } = await run('bash', ['-euc', script], { cwd, env })
    expect(stdout).toMatch(expected)
  })
})
