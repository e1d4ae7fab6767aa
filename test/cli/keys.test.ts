import { expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'
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
  expect(listed.stdout).toMatch(
    new RegExp(
      `^ID +NAME +TYPE +PROJECT +OWNER +STATE +CREATED.*\\n${id}  ci deploys  admin  - +Local admin  expiring  .*\\n$`,
    ),
  )
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

test('keys lists, creates and deletes project keys, which may have the id of an admin key', async () => {
  const seed = createTemporaryFile(
    'seed.yaml',
    `projects: [{ id: proj_web, name: Web, service_accounts: [{ id: sa_ci, name: ci, api_keys: [{ id: key_ci }] }] }]
keys: [{ id: key_ci, name: admin }]`,
  )
  const { url } = await serve(['--seed', seed])
  const run = (...args: string[]) => runProgram(['keys', ...args], { EMULATOR_URL: url, EMULATOR_JSON: 'false' })
  const created = await run('create', 'new', '--service-account-id', 'sa_ci')
  expect(created.stdout).toMatch(/^ID +NAME +VALUE\nkey_\w+ +new +sk-svcacct-\S+\n$/)
  const { stdout } = await run('list', '--project-id', 'proj_web')
  expect(stdout.split('\n').slice(1, -1)).toEqual([
    expect.stringMatching(/^key_ci +Secret Key +project +Web +ci +active /),
    expect.stringMatching(/^key_\w+ +new +project +Web +ci +active /),
  ])
  expect((await run('get', 'key_ci')).stdout).toContain(' admin ')
  expect((await run('get', 'key_ci', '--type', 'project')).stdout).toContain(' Secret Key ')
  expect((await run('delete', 'key_ci', '--type', 'project')).code).toBe(0)
  expect(
    JSON.parse((await run('list', '--type', 'project', '--state', 'deleted', '--json')).stdout).data,
  ).toMatchObject([{ id: 'key_ci', type: 'project' }])
  expect((await run('create', 'x', '--project-id', 'proj_none')).stderr).toContain('--project-id must be the id of a')
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
