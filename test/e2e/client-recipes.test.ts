import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'
import { readSnippets } from '../support/snippets.ts'

// Needs Perl and the packages that docs/clients.md names.
test('the Perl recipe of docs/clients.md passes and deletes its sandbox', async () => {
  const snippets = readSnippets(new URL('../../docs/clients.md', import.meta.url))
  const cwd = createTemporaryFolder()
  const file = (language: string, name: string) =>
    writeFileSync(join(cwd, name), snippets.find((each) => each.language === language)?.text ?? '')
  file('json', 'keys.json')
  file('perl', 'rotation.t')
  const { url } = await serve()
  const env = { ...process.env, EMULATOR_URL: url }
  const output = execFileSync('prove', ['-v', 'rotation.t'], { cwd, env, encoding: 'utf8' })
  expect(output).toContain('ok 4 - two keys are left')
  const { data } = (await (await fetch(`${url}/_emulator/sandboxes`)).json()) as { data: { name: string }[] }
  expect(data.map(({ name }) => name)).toEqual(['default'])
})
