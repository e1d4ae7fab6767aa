import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createTemporaryFile } from '../support/files.ts'
import { startProgram } from '../support/program.ts'

/** Returns a file that, when preloaded, makes this Node look like an old one. */
const createOldNode = () =>
  createTemporaryFile('old.cjs', "Object.defineProperty(process, 'versions', { value: { napi: '9' } })")

test('the program exits with 1 on a Node that is too old and prints the required version', async () => {
  const old = createOldNode()
  const { code, stdout, stderr } = await startProgram([], {}, { execArgv: ['--require', old] }).finished
  expect(stderr).toBe(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

test('the library throws on a Node that is too old', async () => {
  const old = createOldNode()
  const library = fileURLToPath(new URL('../../lib/index.cjs', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, ['--require', old, library], { encoding: 'utf8' })
  expect(stderr).toContain(`Error: admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.`)
  expect(status).toBe(1)
})
