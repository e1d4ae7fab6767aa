import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTemporaryFolder } from '../support/files.ts'
import { runScript } from '../support/program.ts'

test('the library keeps its compiled code a second after the first start, and once per version', async () => {
  const folder = createTemporaryFolder()
  const script = `
    const { startEmulator } = require('./lib/index.cjs')
    startEmulator().then(async ({ url, close }) => {
      await (await startEmulator()).close()
      await new Promise((resolve) => setTimeout(resolve, 1300))
      console.log((await fetch(url + '/health')).status)
      await close()
    })`
  const run = () => runScript(script, { NODE_COMPILE_CACHE: folder })
  const kept = () => readdirSync(folder).filter((name) => name.startsWith('admin-keys-emulator-'))
  expect(await run()).toEqual({ code: 0, stdout: '200\n', stderr: '' })
  expect(kept()).toEqual([expect.stringMatching(/^admin-keys-emulator-library-v/)])
  const modified = () => kept().map((name) => statSync(join(folder, name)).mtimeMs)
  const before = modified()
  expect(await run()).toEqual({ code: 0, stdout: '200\n', stderr: '' })
  expect(modified()).toEqual(before)
})
