import { expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { runProgram, serve } from '../support/program.ts'

test('keys creates, lists, prints and deletes keys, and prints a value once', async () => {
  const { url } = await serve()
  const run = (...args: string[]) =>
    runProgram(['keys', ...args, '--sandbox', 'a'], { EMULATOR_URL: url, EMULATOR_JSON: 'false' })
  const created = await run('create', 'ci deploys', '--expires-in-seconds', '86400', '--json')
  const { id, value } = JSON.parse(created.stdout)
  const authorization = { authorization: `Bearer ${value}` }
  expect((await fetch(`${url}/sandbox/a${keysUrl}`, { headers: authorization })).status).toBe(200)
  const listed = await run('list', '--filter', 'deploys')
  expect(listed.stdout).toMatch(new RegExp(`^ID +NAME +STATE +CREATED.*\\n${id}  ci deploys  expiring  .*Z\\n$`))
  expect((await run('list', '--limit', '1')).stderr).toMatch(/2 keys match; the next page: --after key_\w+\n$/)
  expect(await run('delete', id)).toEqual({
    code: 0,
    stdout: '',
    stderr: `admin-keys-emulator: deleted key '${id}' of sandbox 'a'\n`,
  })
  expect((await run('get', id)).stdout).toContain(' deleted ')
  expect(JSON.parse((await run('list', '--state', 'deleted', '--json')).stdout).data).toMatchObject([{ id }])
  for (const { stdout } of [listed, await run('list', '--json'), await run('get', id, '--json')]) {
    expect(stdout).not.toContain(value)
  }
  expect((await run('create', 'other')).stdout).toMatch(/^ID +NAME +VALUE\nkey_\w+ +other +sk-admin-\S+\n$/)
})

test('keys names what was wrong by the argument or flag', async () => {
  const { url } = await serve()
  const run = (...args: string[]) => runProgram(['keys', ...args, '--url', url])
  for (const [args, code, message] of [
    [['list', '--state', 'all'], 2, "'state' must be one of active, expiring, expired, deleted"],
    [['create', 'x', '--expires-in-seconds', '0'], 2, '--expires-in-seconds must be'],
    [['create', 'x', '--expires-in-seconds', 'soon'], 2, '--expires-in-seconds'],
    [['get', 'key_none'], 1, "There is no key 'key_none'."],
    [['delete', 'key_none'], 1, "There is no key 'key_none'."],
  ] as const) {
    const result = await run(...args)
    expect([result.code, result.stdout]).toEqual([code, ''])
    expect(result.stderr).toContain(message)
  }
})
