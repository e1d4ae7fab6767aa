import { statSync, truncateSync } from 'node:fs'
import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { sandboxFile } from '../support/data-directory.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'

const headers = { authorization: `Bearer ${adminKey}` }

test('a file that is truncated while in use is a 503, ends nothing, and is named by the next start', async () => {
  const data = createTemporaryFolder()
  const { url, child, finished } = await serve(['--data', data])
  const state = JSON.stringify({ keys: [{ generate: 5000, name: 'key {n}' }] })
  expect((await fetch(`${url}/_emulator/state`, { method: 'PUT', body: state })).status).toBe(200)
  const file = sandboxFile(data)
  truncateSync(file, statSync(file).size / 2)
  const response = await fetch(`${url}/_emulator/state`)
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({
    error: { code: 'storage_unavailable', message: expect.stringContaining(file) },
  })
  expect((await fetch(`${url}/sandbox/other${keysUrl}`, { headers })).status).toBe(200)
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
  const { code, stderr } = await runProgram(['--port', '0', '--data', data])
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${file} is a damaged SQLite database`)])
})
