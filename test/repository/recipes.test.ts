import { describe, expect, test } from 'vitest'
import { runShellSnippet, runTypescriptSnippet } from '../support/run-snippet.ts'
import { readSnippets } from '../support/snippets.ts'

const snippets = readSnippets(new URL('../../docs/recipes.md', import.meta.url)).filter(
  ({ comment }) => !comment?.startsWith('not run: '),
)
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
  /^200\n.*"deleted":true\}\n401\n$/,
  /^"type":"api_key\.deleted"\n"type":"api_key\.created"\n$/,
  /^401\n200\n"type":"project\.created"\n"type":"service_account\.created"\n"type":"project\.created"\n$/,
]

test('docs/recipes.md has each recipe in TypeScript and in shell', () => {
  expect(setup?.language).toBe('sh')
  expect(sections.map(({ language }) => language)).toEqual(expectedOutputs.flatMap(() => ['ts', 'sh']))
})

describe('TypeScript recipes', () => {
  test.each(sections.filter(({ language }) => language === 'ts'))(
    'the TypeScript recipe at line $line runs without an error',
    async ({ text }) => void (await runTypescriptSnippet(text)),
  )
})

describe('shell recipes', () => {
  test.each(
    sections
      .filter(({ language }) => language === 'sh')
      .map((each, n) => ({ ...each, expected: expectedOutputs[n] ?? /./ })),
  )('the shell recipe at line $line prints the expected output', async ({ text, expected }) => {
    expect(await runShellSnippet(text, setup?.text)).toMatch(expected)
  })
})
