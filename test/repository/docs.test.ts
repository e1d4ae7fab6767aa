import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startEmulator } from '../../src/library/index.ts'
import { runShell, runTypeScript } from '../support/run-snippets.ts'
import { readSnippets } from '../support/snippets.ts'

const snippets = readSnippets(new URL('../../docs/recipes.md', import.meta.url))
const [setup] = snippets
const sections = snippets.slice(1)

// The output of each shell snippet, in the order of the document.
const expectedOutputs = [
  /^200\n\{"now":.*\}\nHTTP\/1\.1 401 Unauthorized\r\nx-emulator-reason: key_expired; /,
  /429\n429\n200\n"retry_count":0,"since_previous_ms":null\n"retry_count":1,"since_previous_ms":[\d.]+\n"retry_count":2,/,
  /no response\n200\n2\n.*"deleted":true\}\n1\n$/,
  /\n200\n200\n429\n\{"now":.*\}\n200\n$/,
  /\n404\n404\n404\n200\n$/,
  /"object":"organization\.admin_api_key\.deleted","deleted":false\}\n$/,
  /^\{"reset":\[.*\]\}\n"name":"another"\n$/,
  /^\{"name":"prepared",.*\}\n.*"deleted":true\}\n\{"name":"prepared",.*\}\n200\n$/,
  /^40\n$/,
  /^\{"keys":2\}\n *"name": "created before failure",\n$/,
]

test('docs/recipes.md has each recipe in TypeScript and in shell', () => {
  expect(setup?.language).toBe('sh')
  expect(sections.map(({ language }) => language)).toEqual(expectedOutputs.flatMap(() => ['ts', 'sh']))
})

test('docs/control-api.md lists every control and every library method', async () => {
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

/** Returns the names of all methods of an object, sorted. */
const methodsOf = (target: object, prefix = ''): string[] =>
  Object.entries(target)
    .flatMap(([name, value]) => {
      if (typeof value === 'function') return [prefix + name]
      return typeof value === 'object' && value !== null ? methodsOf(value, `${prefix}${name}.`) : []
    })
    .sort()

describe('TypeScript recipes', () => {
  test.each(sections.filter(({ language }) => language === 'ts'))(
    'the TypeScript recipe at line $line runs without an error',
    async ({ text }) => void (await runTypeScript(text)),
  )
})

describe('shell recipes', () => {
  test.each(
    sections
      .filter(({ language }) => language === 'sh')
      .map((each, n) => ({ ...each, expected: expectedOutputs[n] ?? /./ })),
  )('the shell recipe at line $line prints the expected output', async ({ text, expected }) => {
    expect(await runShell(setup?.text, text)).toMatch(expected)
  })
})
