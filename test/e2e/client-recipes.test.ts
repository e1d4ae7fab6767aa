import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'
import { readSnippets } from '../support/snippets.ts'

// They need Perl and Ruby, with the packages that docs/clients.md names.
const snippets = readSnippets(new URL('../../docs/clients.md', import.meta.url))
const textWith = (mark: string) => snippets.find(({ text }) => text.includes(mark))?.text ?? ''

/** Runs a command in a folder with these files; returns its output. Fails if it leaves a sandbox behind. */
async function runBesideEmulator(files: Record<string, string>, [command = '', ...args]: string[]): Promise<string> {
  const cwd = createTemporaryFolder()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  const { url } = await serve()
  const output = execFileSync(command, args, { cwd, env: { ...process.env, EMULATOR_URL: url }, encoding: 'utf8' })
  const { data } = (await (await fetch(`${url}/_emulator/sandboxes`)).json()) as { data: { name: string }[] }
  expect(data.map(({ name }) => name)).toEqual(['default'])
  return output
}

test('the Perl recipe of docs/clients.md passes and deletes its sandbox', async () => {
  const files = { 'keys.json': textWith('"operationId"'), 'rotation.t': textWith('use OpenAPI::Client') }
  expect(await runBesideEmulator(files, ['prove', '-v', 'rotation.t'])).toContain('ok 4 - two keys are left')
})

test('the Ruby recipe of docs/clients.md passes and deletes its sandbox', async () => {
  const files = { 'rotation_test.rb': textWith('Minitest::Test') }
  expect(await runBesideEmulator(files, ['ruby', 'rotation_test.rb'])).toContain(
    '1 runs, 2 assertions, 0 failures, 0 errors, 0 skips',
  )
})
