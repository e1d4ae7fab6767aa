import { expect, test } from 'vitest'
import { runProgram, serve } from '../support/program.ts'

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`

test('the sandboxes commands create, list and delete sandboxes', async () => {
  const { url } = await serve(['--seed', 'lifecycle', '--control-token', 'let-me-in'])
  const env = { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_CONTROL_TOKEN: 'let-me-in' }
  const run = (...args: string[]) => runProgram(['sandboxes', ...args], env)
  expect(await run('create', 'my-test')).toEqual({
    code: 0,
    stdout: `NAME     BASE URL\nmy-test  ${url}/sandbox/my-test/v1\n`,
    stderr: '',
  })
  await runProgram(['snapshots', 'take', 'full', '--sandbox', 'my-test'], env)
  await runProgram(['clock', 'freeze', '2026-01-01T00:00:00Z', '--sandbox', 'my-test'], env)
  const copy = JSON.parse((await run('create', 'copy', '--from', 'my-test', '--json')).stdout)
  expect(copy).toEqual({ name: 'copy', base_url: `${url}/sandbox/copy/v1`, admin_key: 'sk-admin-local' })
  expect((await run('create', 'again', '--from', 'my-test', '--snapshot', 'full')).code).toBe(0)
  const timeIn = async (sandbox: string) => (await runProgram(['clock', 'get', '--sandbox', sandbox], env)).stdout
  expect(await timeIn('copy')).toBe('2026-01-01T00:00:00.000Z frozen\n')
  expect(await timeIn('again')).toMatch(/running\n$/)

  const table = (await run('list')).stdout.split('\n')
  expect(table[0]).toMatch(/^NAME {5}KEYS {2}CREATED {15}LAST USED {13}BASE URL$/)
  expect(table[1]).toMatch(new RegExp(`^default +\\d+  ${time}  ${time}  ${url}/v1$`))
  expect(table[2]).toMatch(new RegExp(`^my-test +\\d+  ${time}  ${time}  ${url}/sandbox/my-test/v1$`))
  expect(table.map((line) => line.split(' ')[0])).toEqual(['NAME', 'default', 'my-test', 'copy', 'again', ''])
  const { data } = JSON.parse((await run('list', '--json')).stdout)
  expect(data.map(({ name }: { name: string }) => name)).toEqual(['default', 'my-test', 'copy', 'again'])

  const random = JSON.parse((await run('create', '--json')).stdout)
  expect(random.name).toMatch(/^[0-9a-z]{16}$/)
  expect(await run('delete', 'copy', 'again')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'admin-keys-emulator: deleted sandboxes: copy, again\n',
  })
  expect(JSON.parse((await run('delete', '--all', '--json')).stdout)).toEqual({ deleted: ['my-test', random.name] })
  expect((await run('delete', '--all')).stderr).toBe('admin-keys-emulator: deleted no sandboxes\n')
})

test.each([
  [['create', 'a b'], 2, /: name must be 1 to 64 of .*, got "a b"\n$/],
  [['create', 'a', '--from', 'b c'], 2, /: --from must be 1 to 64 of .*, got "b c"\n$/],
  [['create', 'a', '--from', 'default', '--snapshot', '/'], 2, /: --snapshot must be 1 to 64 of .*, got "\/"\n$/],
  [['create', 'a', '--snapshot', 'b'], 2, /: --snapshot: requires --from, the sandbox that has the snapshot\n$/],
  [['create', 'a', '--from', 'gone'], 1, /: There is no sandbox 'gone'\.\n$/],
  [['create', 'a', '--from', 'default', '--snapshot', 'gone'], 1, /: There is no snapshot 'gone' of the sandbox/],
  [['create', 'default'], 1, /: The sandbox 'default' already exists\.\n$/],
  [['create', 'a', 'b'], 2, /: too many arguments for 'create'/],
  [['delete'], 2, /: sandboxes delete: requires names, or --all\n$/],
  [['delete', 'a', '--all'], 2, /: sandboxes delete: requires names, or --all\n$/],
  [['delete', 'gone'], 1, /: There is no sandbox 'gone'\.\n$/],
  [['delete', 'default'], 2, /: The sandbox 'default' cannot be removed/],
])('sandboxes %j exits with %i and one line', async (args, code, message) => {
  const { url } = await serve()
  const result = await runProgram(['sandboxes', ...args, '--url', url])
  expect(result.stderr).toMatch(message)
  expect(result).toMatchObject({ code, stdout: '' })
  expect(result.stderr.trim().split('\n')).toHaveLength(1)
})

test('a wrong control token exits with 1 and the reason', async () => {
  const { url } = await serve(['--control-token', 'let-me-in'])
  const result = await runProgram(['sandboxes', 'list', '--url', url, '--control-token', 'wrong'])
  expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('requires the token of') })
})
