import { execFile } from 'node:child_process'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { connect } from '../../src/library/connect.ts'
import { adminKey } from '../support/app.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { programPath, serve } from '../support/program.ts'
import { readSnippets } from '../support/snippets.ts'

const run = promisify(execFile)
const page = new URL('../../docs/conformance.md', import.meta.url)

const snippets = readSnippets(page)
const [shell, summary] = ['sh', ''].map((language) => snippets.find((snippet) => snippet.language === language))

/** Returns the rows of the Markdown tables in a text, without the padding that aligns their cells. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '')))

/**
 * Runs a shell snippet of the page against an emulator. Returns what it printed, and the report file if it wrote one.
 */
async function runSnippet(text: string, url: string): Promise<string> {
  const cwd = createTemporaryFolder()
  symlinkSync(programPath, join(cwd, 'admin-keys-emulator'))
  const variables = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_ADMIN_KEY: adminKey }
  const env = { ...process.env, ...variables, PATH: `${cwd}:${process.env['PATH']}` }
  const script = text.replaceAll('http://localhost:4010', url).replaceAll('9s', '1ms')
  const { stdout } = await run('bash', ['-euc', `${script}\ncat report.md 2>/dev/null || true`], { cwd, env })
  return stdout
}

test.each(snippets.filter(({ language }) => language === 'sh'))(
  'the snippet on line $line of the page runs and prints a report',
  async ({ text }) => {
    const { url } = await serve()
    expect(await runSnippet(text, url)).toMatch(/\n\d+ same, 0 differ, /)
  },
)

test('the sample report of the page matches a real one', async () => {
  const { url } = await serve(['--seed', 'paging'])
  await (await connect({ url })).behavior.change({ limit_out_of_range: 'reject' })
  const printed = await runSnippet(`${shell?.text.trim()} || true`, url)
  const text = readFileSync(page, 'utf8')
  expect(rowsOf(text).length).toBeGreaterThan(8)
  for (const row of rowsOf(text)) expect(rowsOf(printed)).toContainEqual(row)
  expect(printed).toContain(summary?.text)
})
