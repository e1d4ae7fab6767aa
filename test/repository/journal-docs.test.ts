import { describe, expect, test } from 'vitest'
import { runShell, runTypeScript } from '../support/run-snippets.ts'
import { readSnippets } from '../support/snippets.ts'

const snippets = readSnippets(new URL('../../docs/journal.md', import.meta.url))
const [setup, ...shellSnippets] = snippets.filter(({ language }) => language === 'sh')
const messageExample = snippets.find(({ language }) => language === 'text')

// The output of each shell snippet, in the order of the document.
const expectedOutputs = [
  /^"json":\{"name":"ci"\}\n"count":1\}\n\{"deleted":2\}$/,
  /^event: entry\n"status":200\n$/,
  /^\{"verified":true,"count":1,"expected":1,"closest":\[\]\}\n\{"verified":false,"count":0,"expected":\{"at_least":1\},"closest":\[\{"id":"ID","differs":\[\{"field":"json","expected":\{"name":"CI"\},"got":\{"name":"ci"\}\}\]\}\]\}$/,
]

describe('docs/journal.md', () => {
  test.each(snippets.filter(({ language }) => language === 'ts'))(
    'the TypeScript example at line $line runs without an error',
    async ({ text }) => void (await runTypeScript(text)),
  )

  test.each(shellSnippets.map((each, n) => ({ ...each, expected: expectedOutputs[n] ?? /^$/ })))(
    'the shell example at line $line prints the expected output',
    async ({ text, expected }) => expect(await runShell(setup?.text, text)).toMatch(expected),
  )

  test('the message of a failed verification is shown as it is', async () => {
    const example = snippets.find(({ text }) => text.includes("name: 'newer'"))?.text ?? ''
    const program = example.replace(/await assert\.rejects\((.*?), \{\n.*$/s, (_, verification) => {
      return `assert.ok(true)\nawait ${verification}.catch(({ message }) => console.log(message))\n`
    })
    const shownLines = (messageExample?.text ?? '').trim().split('\n').slice(0, -1)
    const lines = (await runTypeScript(program)).replace(/(req_\w{4})\w+/, 'req_4e0c…').split('\n')
    expect(lines.slice(0, shownLines.length)).toEqual(shownLines)
  })
})
