import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import { clientVersions } from '../clients/versions.ts'
import { readSnippets, type Snippet } from '../support/snippets.ts'
import { type Consumer, installInEmptyFolder } from './consumer.ts'

const root = new URL('../../', import.meta.url)
const snippets = readSnippets(new URL('README.md', root))
const { devDependencies } = JSON.parse(readFileSync(new URL('test/tools/package.json', root), 'utf8'))
const pinned = (name: string) => `${name}@${devDependencies[name]}`

let consumer: Consumer
beforeAll(() => {
  consumer = installInEmptyFolder(...['openai', 'typescript', '@types/node', 'vitest'].map(pinned))
})
afterAll(() => consumer?.remove())

/** A check that a snippet works, in a folder where the package is installed. */
interface SnippetCheck {
  language: string
  /** Text that only this snippet contains. */
  mark: string
  run: (text: string, port: number) => Promise<void>
}

// The variables that the README sets before the snippets that use them.
const variables = (port: number) =>
  `export OPENAI_BASE_URL=http://127.0.0.1:${port}/v1 OPENAI_ADMIN_KEY=sk-admin-local\n`

const python = '.venv/bin/python'
const installPython = (...packages: string[]) =>
  consumer.bash(`python3 -m venv .venv && .venv/bin/pip install --quiet ${packages.join(' ')}`)

const snippetChecks: SnippetCheck[] = [
  {
    language: 'sh',
    mark: 'export OPENAI_BASE_URL',
    run: async (text, port) => expect(await runWithEmulator(port, text)).toContain('"name":"Admin key"'),
  },
  {
    language: 'ts',
    mark: 'new OpenAI().admin',
    run: async (text, port) =>
      expect(await runWithEmulator(port, variables(port) + typescriptScript(text))).toMatch(issuedKey),
  },
  {
    language: 'python',
    mark: 'OpenAI().admin',
    async run(text, port) {
      consumer.write('snippet.py', text)
      await installPython(`openai==${clientVersions.python}`)
      expect(await runWithEmulator(port, `${variables(port)}${python} snippet.py`)).toMatch(issuedKey)
    },
  },
  {
    language: 'ts',
    mark: "from 'vitest'",
    async run(text) {
      consumer.write('rotation.test.ts', text)
      expect(await consumer.bash(`${typecheck('rotation.test.ts')} && npx vitest run`)).toMatch(/Tests .*1 passed/)
    },
  },
  {
    language: 'ts',
    mark: 'orphaned key',
    run: async (text) => expect(await consumer.bash(typescriptScript(text))).toMatch(/^orphaned key: key_\w+\n$/),
  },
  {
    language: 'python',
    mark: 'import pytest',
    async run(text, port) {
      consumer.write('test_rotation.py', text)
      await installPython(`openai==${clientVersions.python}`, 'pytest==9.2.0')
      expect(await runWithEmulator(port, `${python} -m pytest -q test_rotation.py`)).toContain('1 passed')
    },
  },
]

const issuedKey = /^sk-admin-\S{124} sk-admin\.\.\.\S{3}\n$/

// Snippets that are checked elsewhere.
const checkedElsewhere: [language: string, mark: string, where: string][] = [
  ['sh', 'npm test     # runs', 'CI runs it'],
  ['sh', 'docker build', 'test/e2e/container.test.ts'],
  ['sh', 'npm pack', 'test/e2e/package.test.ts'],
]

const matches = ({ language, text }: Snippet, [expectedLanguage, mark]: [string, string, ...unknown[]]) =>
  language === expectedLanguage && text.includes(mark)

test.each(snippets)('the $language snippet on line $line is checked exactly once, here or elsewhere', (snippet) => {
  const places = [...snippetChecks.map(({ language, mark }): [string, string] => [language, mark]), ...checkedElsewhere]
  expect(places.filter((place) => matches(snippet, [place[0], place[1]]))).toHaveLength(1)
})

test.each(snippetChecks)('the $language snippet with $mark works', async ({ language, mark, run }) => {
  const snippet = snippets.find((each) => matches(each, [language, mark]))
  const port = await freePort()
  await run((snippet?.text ?? '').replaceAll('localhost:4010', `127.0.0.1:${port}`), port)
})

/** Runs a script while the installed emulator listens on that port. */
const runWithEmulator = (port: number, script: string, options = '') =>
  consumer.bash(
    `node_modules/.bin/admin-keys-emulator --port ${port} --log-level warn ${options} >/dev/null &
    node_modules/.bin/admin-keys-emulator wait --port ${port}
    ${script}`,
  )

/** Returns a command that checks the types of a program strictly. */
const typecheck = (file: string) =>
  `node_modules/.bin/tsc --ignoreConfig --noEmit --strict --target es2024 --module nodenext --lib es2024,dom --types node --skipLibCheck ${file}`

/** Returns a script that checks the types of a program and runs it. */
function typescriptScript(text: string): string {
  consumer.write('snippet.ts', text)
  return `${typecheck('snippet.ts')} && node snippet.ts`
}
