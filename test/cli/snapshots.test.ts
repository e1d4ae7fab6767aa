import { expect, test } from 'vitest'
import { createTemporaryFile } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'

test('the snapshots commands take, list, restore and delete snapshots of a sandbox', async () => {
  const { url } = await serve(['--seed', 'paging'])
  const env = { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_SANDBOX: 'a' }
  const run = (...args: string[]) => runProgram(['snapshots', ...args], env)
  await runProgram(['clock', 'freeze', '2026-01-01T00:00:00Z'], env)
  expect(await run('list')).toEqual({
    code: 0,
    stdout: '',
    stderr: "admin-keys-emulator: sandbox 'a' has no snapshots\n",
  })
  const before = 'NAME    KEYS  CREATED\nbefore   251  2026-01-01T00:00:00Z\n'
  expect(await run('take', 'before')).toEqual({ code: 0, stdout: before, stderr: '' })
  await runProgram(['clock', 'advance', '1d'], env)
  expect(JSON.parse((await run('take', 'after', '--json')).stdout)).toEqual({
    name: 'after',
    created_at: 1767312000,
    keys: 251,
  })
  expect((await run('list')).stdout).toBe(
    'NAME    KEYS  CREATED\nafter    251  2026-01-02T00:00:00Z\nbefore   251  2026-01-01T00:00:00Z\n',
  )
  expect(await run('restore', 'before')).toEqual({ code: 0, stdout: before, stderr: '' })
  expect((await runProgram(['clock', 'get'], env)).stdout).toBe('2026-01-01T00:00:00.000Z frozen\n')
  expect(await run('delete', 'before')).toEqual({
    code: 0,
    stdout: '',
    stderr: "admin-keys-emulator: deleted snapshot 'before' of sandbox 'a'\n",
  })
  expect(JSON.parse((await run('list', '--json')).stdout)).toEqual({
    data: [{ name: 'after', created_at: 1767312000, keys: 251 }],
  })
  expect(JSON.parse((await run('delete', 'after', '--json')).stdout)).toEqual({ deleted: ['after'] })
})

test.each([
  [['take', '.hidden'], 2, /: name must be 1 to 64 of .*, got "\.hidden"\n$/],
  [['take'], 2, /: missing required argument 'name'\n$/],
  [['restore', 'gone'], 1, /: There is no snapshot 'gone' of the sandbox 'default'\.\n$/],
  [['delete', '../gone'], 1, /: There is no snapshot '\.\.\/gone' of the sandbox 'default'\.\n$/],
])('snapshots %j exits with %i and one line', async (args, code, message) => {
  const { url } = await serve()
  const result = await runProgram(['snapshots', ...args, '--url', url])
  expect(result.stderr).toMatch(message)
  expect(result).toMatchObject({ code, stdout: '' })
})

test('the built program takes and restores snapshots that are large enough to be compressed', async () => {
  const seed = createTemporaryFile('seed.json', JSON.stringify({ keys: [{ generate: 50_000, name: 'key {n}' }] }))
  const { url } = await serve(['--seed', seed])
  const control = (method: string, path: string) => fetch(`${url}/_emulator${path}`, { method })
  expect((await control('PUT', '/snapshots/large')).status).toBe(200)
  expect((await control('POST', '/snapshots/large/restore')).status).toBe(200)
  expect(((await (await control('GET', '/keys')).json()) as { count: number }).count).toBe(50_001)
})
