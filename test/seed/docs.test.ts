import { execFile } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { programPath, runProgram, serve } from '../support/program.ts'
import { readSnippets } from '../support/snippets.ts'

const run = promisify(execFile)
const snippets = readSnippets(new URL('../../docs/seeds.md', import.meta.url))
const isInvalid = ({ text }: { text: string }) => text.startsWith('# with mistakes')
const seeds = snippets.filter(({ language }) => language === 'yaml')
const scripts = snippets.filter(({ language }) => language === 'sh')

// In the order of the document.
const expectedOutputs = [
  /"name":"CI deploys"/,
  /^122a7177bb168d51e6099437b9f004b7d932a4abc75ecb6fbd12821d5970932b {2}-\n$/,
  /"name":"after"/,
  /its ids exist already\n$/,
  /"id":"gpt-a"/,
]

/** Creates a folder with the program in it and the seed, and returns its path. */
function createFolder(seed = ''): string {
  const folder = createTemporaryFolder()
  symlinkSync(programPath, join(folder, 'admin-keys-emulator'))
  writeFileSync(join(folder, 'seed.yaml'), seed)
  return folder
}

describe('docs/seeds.md', () => {
  test.each(seeds.filter((each) => !isInvalid(each)))('the seed on line $line loads', async ({ text }) => {
    const { url } = await serve(['--seed', join(createFolder(text), 'seed.yaml')])
    expect((await fetch(`${url}/ready`)).status).toBe(200)
  })

  test('the seed with mistakes has the mistakes that the document shows', async () => {
    const expected = snippets.find(({ language }) => language === '')?.text
    const folder = createFolder(seeds.find(isInvalid)?.text)
    const { code, stderr } = await runProgram(['--port', '0', '--seed', join(folder, 'seed.yaml')])
    expect(code).toBe(2)
    expect(stderr.replaceAll('admin-keys-emulator: ', '').replaceAll(`${folder}/`, '')).toBe(expected)
  })

  test.each(scripts.map((each, n) => ({ ...each, expected: expectedOutputs[n] })))(
    'the shell example on line $line prints the expected output',
    async ({ text, expected }) => {
      const port = await freePort()
      const cwd = createFolder()
      const env = { ...process.env, PATH: `${cwd}:${process.env['PATH']}`, EMULATOR_PORT: String(port) }
      const script = text.replaceAll('localhost:4010', `127.0.0.1:${port}`)
      const { stdout } = await run('bash', ['-euc', script], { cwd, env })
      expect(stdout).toMatch(expected ?? 'an expectation for this example')
    },
  )
})
