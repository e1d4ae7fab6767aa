import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'

/** A folder with those files, each a seed of one key that is called like it. */
function seedFolder(...names: string[]): string {
  const folder = createTemporaryFolder()
  for (const name of names) writeFileSync(join(folder, name), JSON.stringify({ keys: [{ name }] }))
  return folder
}

async function namesServed(args: string[], env?: Record<string, string>): Promise<string[]> {
  const { url } = await serve(args, env)
  const answer = await fetch(`${url}${keysUrl}?limit=100`, { headers: { authorization: `Bearer ${adminKey}` } })
  const { data } = (await answer.json()) as { data: { name: string }[] }
  return data.map(({ name }) => name)
}

test('every seed of the folder is loaded by name, before those of --seed; what is no seed is left alone', async () => {
  const folder = seedFolder('20.yml', '10.yaml', '3.json', '.hidden.yaml', 'notes.txt', 'x.YAML')
  const last = createTemporaryFile('1.yaml', 'keys: [{ name: last }]')
  expect(await namesServed(['--seed-folder', folder, '--seed', last])).toEqual([
    expect.any(String),
    '10.yaml',
    '20.yml',
    '3.json',
    'last',
  ])
})

test('the variable names it as well; links in it are followed, as mounted configuration is made of them', async () => {
  const folder = seedFolder()
  mkdirSync(join(folder, '..data'))
  writeFileSync(join(folder, '..data', 'a.yaml'), 'keys: [{ name: linked }]')
  symlinkSync('..data/a.yaml', join(folder, 'a.yaml'))
  expect(await namesServed([], { EMULATOR_SEED_FOLDER: folder })).toEqual([expect.any(String), 'linked'])
})

test('an empty folder is as none', async () => {
  expect(await namesServed(['--seed-folder', createTemporaryFolder()])).toHaveLength(1)
})

test.each([
  ['a folder that is not there', '/nowhere/at-all', /seed folder \/nowhere\/at-all: cannot be read: ENOENT/],
  ['a file', import.meta.filename, /seed folder .*: cannot be read: ENOTDIR/],
])('%s is exit 2', async (_case, folder, message) => {
  const { code, stderr } = await runProgram(['--port', '0', '--seed-folder', folder])
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
})

test('a mistake in one of its files is exit 2 with the line; so is a folder that is called like a seed', async () => {
  const broken = seedFolder('1.yaml')
  writeFileSync(join(broken, '2.yaml'), 'keys:\n  - name: 5')
  const { code, stderr } = await runProgram(['--port', '0', '--seed-folder', broken])
  expect(stderr).toContain(`seed ${join(broken, '2.yaml')}, line 2, /keys/0/name must be a string`)
  expect(code).toBe(2)

  const folder = seedFolder()
  mkdirSync(join(folder, 'seed.yaml'))
  const other = await runProgram(['--port', '0', '--seed-folder', folder])
  expect(other.stderr).toContain(`${join(folder, 'seed.yaml')} is not a file`)
  expect(other.code).toBe(2)
})

test('a pipe in it is exit 2 and not waited for, a link to nothing as well', async () => {
  const piped = seedFolder('1.yaml')
  execFileSync('mkfifo', [join(piped, '2.yaml')])
  const { code, stderr } = await runProgram(['--port', '0', '--seed-folder', piped])
  expect(stderr).toContain(`${join(piped, '2.yaml')} is not a file`)
  expect(code).toBe(2)

  const linked = seedFolder()
  symlinkSync('nowhere', join(linked, 'a.yaml'))
  expect((await runProgram(['--port', '0', '--seed-folder', linked])).stderr).toContain('ENOENT')
})
