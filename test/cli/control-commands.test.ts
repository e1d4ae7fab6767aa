import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'

const authorization = { authorization: `Bearer ${adminKey}` }

const listNames = async (url: string) => {
  const response = await fetch(`${url}${keysUrl}`, { headers: authorization })
  return ((await response.json()) as { data: { name: string }[] }).data.map(({ name }) => name)
}

test('state prints, loads and adds keys, and reset resets, in the sandbox of --sandbox', async () => {
  const { url } = await serve(['--control-token', 'let-me-in'])
  const env = { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_CONTROL_TOKEN: 'let-me-in' }
  const seed = createTemporaryFile('seed.yaml', 'keys:\n  - name: from yaml # a comment\n')
  const addition = createTemporaryFile('more.json', '{"keys":[{"name":"from json"}]}')
  expect(await runProgram(['state', '--load', seed, '--sandbox', 'a'], env)).toEqual({
    code: 0,
    stdout: '',
    stderr: expect.stringMatching(/created from the seed\n.*: loaded into sandbox 'a', which now lists 2 keys\n$/),
  })
  expect(await runProgram(['state', '--add', addition, '--sandbox', 'a'], env)).toEqual({
    code: 0,
    stdout: '',
    stderr: `admin-keys-emulator: ${addition}: added to sandbox 'a', which now lists 3 keys\n`,
  })
  expect(await listNames(`${url}/sandbox/a`)).toEqual(['Admin key', 'from yaml', 'from json'])
  const printed = await runProgram(['state', '--sandbox', 'a'], env)
  const exported = createTemporaryFile('again.json', printed.stdout)
  expect((await runProgram(['state', '--load', exported], env)).code).toBe(0)
  expect(await listNames(url)).toEqual(await listNames(`${url}/sandbox/a`))
  expect(await runProgram(['reset', '--sandbox', 'a', '--only', 'keys', '--only', 'clock'], env)).toEqual({
    code: 0,
    stdout: '',
    stderr: "admin-keys-emulator: reset of sandbox 'a': keys, clock\n",
  })
  expect(await listNames(`${url}/sandbox/a`)).toEqual(['Admin key'])
  expect(await listNames(url)).toHaveLength(3)
  expect((await runProgram(['reset'], env)).code).toBe(0)
  expect(await listNames(url)).toEqual(['Admin key'])
})

test('reset and state print the response as JSON with --json', async () => {
  const { url } = await serve()
  const seed = createTemporaryFile('seed.yaml', 'keys:\n  - name: a\n')
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runProgram([...args, '--json', '--url', url])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\{.*\}\n$/)
    return JSON.parse(stdout)
  }
  expect(await run('state', '--load', seed)).toEqual({ keys: 2 })
  expect(await run('state', '--add', seed)).toEqual({ keys: 3 })
  expect((await run('state')).keys.map(({ name }: { name: string }) => name)).toEqual(['Admin key', 'a', 'a'])
  expect(await run('reset', '--only', 'keys')).toEqual({ reset: ['keys'] })
})

test.each([['state'], ['reset']])('%s prints a notice if it creates the sandbox', async (name) => {
  const { url } = await serve()
  const wasCreated = "admin-keys-emulator: sandbox 'typo' did not exist: created from the seed\n"
  const args = [name, '--url', url, '--sandbox', 'typo']
  const [first, second] = [await runProgram(args), await runProgram(args)]
  expect(first.stderr).toContain(wasCreated)
  expect(second).toEqual({ ...first, stdout: expect.any(String), stderr: first.stderr.replace(wasCreated, '') })
  expect((await runProgram([name, '--url', url])).stderr).not.toContain('did not exist')
})

test('state and reset exit with a message that names the file, line and rule, or the URL', async () => {
  const { url } = await serve()
  const env = { EMULATOR_URL: url, EMULATOR_JSON: 'false' }
  const broken = createTemporaryFile('broken.yaml', 'keys:\n  - name: 5')
  const duplicate = createTemporaryFile(
    'twice.json',
    '{"keys": [{"name": "a", "id": "key_a"},\n{"name": "b", "id": "key_a"}]}',
  )
  const notYaml = createTemporaryFile('none.yaml', 'keys:\n  - name: a\n   id: b')
  for (const [args, code, message] of [
    [['state', '--load', broken], 2, `seed ${broken}, line 2, /keys/0/name must be a string`],
    [['state', '--add', broken], 2, `seed ${broken}, line 2, /keys/0/name must be a string`],
    [
      ['state', '--load', duplicate],
      2,
      `seed ${duplicate}, line 2, /keys/1/id: duplicate id \`key_a\`, first used at /keys/0/id`,
    ],
    [['state', '--load', notYaml], 2, `seed ${notYaml}, line 3, column 1 is not valid YAML`],
    [['state', '--load', '/nowhere.yaml'], 2, 'seed /nowhere.yaml: cannot be read'],
    [['state', '--load', broken, '--add', broken], 2, '--add: cannot be combined with --load'],
    [['reset', '--only', 'everything'], 2, "'everything' is invalid. It must be one of keys"],
    [['reset', '--url', 'http://127.0.0.1:1'], 1, 'cannot connect to http://127.0.0.1:1: is the emulator running?'],
  ] as const) {
    const result = await runProgram([...args], env)
    expect([result.code, result.stdout]).toEqual([code, ''])
    expect(result.stderr).toContain(message)
  }
})
