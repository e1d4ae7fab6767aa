import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'

/** Creates a folder with the named seed files. Each contains one key that has the name of the file. */
function createSeedFolder(...names: string[]): string {
  const folder = createTemporaryFolder()
  for (const name of names) writeFileSync(join(folder, name), JSON.stringify({ keys: [{ name }] }))
  return folder
}

/** Starts a server and returns the names of its keys. */
async function serveKeyNames(args: string[], env?: Record<string, string>): Promise<string[]> {
  const { url } = await serve(args, env)
  const response = await fetch(`${url}${keysUrl}?limit=100`, { headers: { authorization: `Bearer ${adminKey}` } })
  const { data } = (await response.json()) as { data: { name: string }[] }
  return data.map(({ name }) => name)
}

test('a seed folder is loaded in file name order before the --seed files, without files of other types', async () => {
  const folder = createSeedFolder('20.yml', '10.yaml', '3.json', '.hidden.yaml', 'notes.txt', 'x.YAML')
  const last = createTemporaryFile('1.yaml', 'keys: [{ name: last }]')
  expect(await serveKeyNames(['--seed-folder', folder, '--seed', last])).toEqual([
    expect.any(String),
    '10.yaml',
    '20.yml',
    '3.json',
    'last',
  ])
})

test('EMULATOR_SEED_FOLDER sets the seed folder, and its symbolic links are followed (ConfigMap mounts)', async () => {
  const folder = createSeedFolder()
  mkdirSync(join(folder, '..data'))
  writeFileSync(join(folder, '..data', 'a.yaml'), 'keys: [{ name: linked }]')
  symlinkSync('..data/a.yaml', join(folder, 'a.yaml'))
  expect(await serveKeyNames([], { EMULATOR_SEED_FOLDER: folder })).toEqual([expect.any(String), 'linked'])
})

test('an empty seed folder loads no seeds', async () => {
  expect(await serveKeyNames(['--seed-folder', createTemporaryFolder()])).toHaveLength(1)
})

test.each([
  ['a missing seed folder', '/nowhere/at-all', /seed folder \/nowhere\/at-all: cannot be read: ENOENT/],
  ['a file as the seed folder', import.meta.filename, /seed folder .*: cannot be read: ENOTDIR/],
])('%s stops the start with exit code 2', async (_what, folder, message) => {
  const { code, stderr } = await runProgram(['--port', '0', '--seed-folder', folder])
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
})

test('an invalid seed file or a directory named like a seed file stops the start with exit code 2', async () => {
  const broken = createSeedFolder('1.yaml')
  writeFileSync(join(broken, '2.yaml'), 'keys:\n  - name: 5')
  const { code, stderr } = await runProgram(['--port', '0', '--seed-folder', broken])
  expect(stderr).toContain(`seed ${join(broken, '2.yaml')}, line 2, /keys/0/name must be a string`)
  expect(code).toBe(2)

  const folder = createSeedFolder()
  mkdirSync(join(folder, 'seed.yaml'))
  const second = await runProgram(['--port', '0', '--seed-folder', folder])
  expect(second.stderr).toContain(`${join(folder, 'seed.yaml')} is not a file`)
  expect(second.code).toBe(2)
})

test('a named pipe or a broken symbolic link in the seed folder stops the start immediately', async () => {
  const piped = createSeedFolder('1.yaml')
  execFileSync('mkfifo', [join(piped, '2.yaml')])
  const { code, stderr } = await runProgram(['--port', '0', '--seed-folder', piped])
  expect(stderr).toContain(`${join(piped, '2.yaml')} is not a file`)
  expect(code).toBe(2)

  const linked = createSeedFolder()
  symlinkSync('nowhere', join(linked, 'a.yaml'))
  expect((await runProgram(['--port', '0', '--seed-folder', linked])).stderr).toContain('ENOENT')
})
