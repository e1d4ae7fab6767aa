import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'
import { startShell } from '../support/shell.ts'

test('faults add takes every field as a flag, list shows the faults, and clear removes them', async () => {
  const { url } = await serve()
  const run = (...args: string[]) =>
    runProgram(['faults', ...args], { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_SANDBOX: 'a' })
  await runProgram(['sandboxes', 'create', 'a', '--url', url])
  const error = ['--operation', 'list', '--kind', 'error', '--status', '429', '--times', '2', '--skip', '1']
  const match = ['--match', '{"header": {"x-test": "1"}}']
  const headers = ['--headers', 'retry-after: 1', '--headers', '{"x-b": "2"}']
  const texts = ['--message', '"quoted"', '--code', 'null', '--param', 'name', '--type', '5']
  expect(JSON.parse((await run('add', ...error, ...match, ...headers, ...texts, '--json')).stdout)).toEqual({
    id: 'fault_1',
    operation: 'admin-api-keys-list',
    match: { header: { 'x-test': '1' } },
    kind: 'error',
    when: 'before',
    times: 2,
    skip: 1,
    status: 429,
    message: '"quoted"',
    type: '5',
    code: null,
    param: 'name',
    headers: { 'retry-after': '1', 'x-b': '2' },
    hits: 0,
    remaining: 2,
  })
  expect(await run('add', '--kind', 'rate_limit', '--operation', '*', '--requests', '0', '--per', '1m')).toEqual({
    code: 0,
    stdout:
      'ID       OPERATION  KIND        HITS  REMAINING  DETAILS\nfault_2  *          rate_limit     0  no limit   requests=0 per=1m\n',
    stderr: '',
  })
  const patch = '[{"op": "replace", "path": "/deleted", "value": false}]'
  expect(
    (await run('add', '--kind=json_patch', '--operation=delete', '--patch', patch, '--times=null')).stdout,
  ).toMatch(
    /\nfault_3 {2}admin-api-keys-delete {2}json_patch {5}0 {2}no limit {3}patch=\[\{"op":"replace".*\}\] when=after_commit\n$/,
  )
  await fetch(`${url}/sandbox/a${keysUrl}`, { headers: { authorization: `Bearer ${adminKey}`, 'x-test': '1' } })
  const table = (await run('list')).stdout.split('\n')
  expect(table.map((line) => line.split(' ')[0])).toEqual(['ID', 'fault_1', 'fault_2', 'fault_3', ''])
  expect(table[1]).toMatch(/error +0 +2 +.*status=429 message="quoted" type=5 code=null param=name/)
  expect(table[1]).toMatch(/ match=\{"header":\{"x-test":"1"\}\}/)
  expect(table[2]).toMatch(/rate_limit +1 +no limit/)
  expect(JSON.parse((await run('list', '--json')).stdout).data).toHaveLength(3)
  expect((await run('clear', 'fault_2')).stderr).toBe("admin-keys-emulator: removed from sandbox 'a': fault_2\n")
  expect(JSON.parse((await run('clear', '--json')).stdout)).toEqual({ deleted: ['fault_1', 'fault_3'] })
  const none = { code: 0, stdout: '', stderr: "admin-keys-emulator: sandbox 'a' has no faults\n" }
  expect([await run('list'), await run('clear')]).toEqual([none, none])
})

test('faults add takes a fault as JSON: as an argument, from a file and from standard input', async () => {
  const { url } = await serve()
  const env = { EMULATOR_URL: url, EMULATOR_JSON: 'false' }
  const json = '{"operation": "get", "match": {"key_id": "key_a"}, "kind": "delay", "ms": 5}'
  const file = createTemporaryFile('fault.json', json)
  const results = [
    await runProgram(['faults', 'add', json, '--json'], env),
    await runProgram(['faults', 'add', `@${file}`, '--json'], env),
    await startShell(`admin-keys-emulator faults add - --json < ${file}`, env).finished,
  ]
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ id: `fault_${index + 1}`, match: { key_id: 'key_a' }, ms: 5 })
  }
})

test.each([
  [['add', '--operation', 'list', '--kind', 'error', '--status', 'abc'], 2, /'abc' is invalid\. It must be an integer/],
  [['add', '--operation', 'list', '--kind', 'error', '--status', '99'], 2, /: --status must be an integer.* got 99\n$/],
  [['add', '--operation', 'list', '--kind', 'error'], 2, /: --status is required for a fault of kind error\n$/],
  [['add', '--operation', 'list', '--kind', 'boom'], 2, /: --kind must be one of error, .*, got "boom"\n$/],
  [['add', '--kind', 'hang'], 2, /: --operation is required for a fault of kind hang\n$/],
  [['add', '--kind', 'hang', '--operation', 'list', '--ms', '5'], 2, /: --ms is not a known field of a fault of kind/],
  [
    ['add', '--kind', 'hang', '--operation', 'list', '--match', '{"key": 1}'],
    2,
    /: --match \/key is not a known field/,
  ],
  [
    ['add', '--kind', 'hang', '--operation', 'list', '--match', 'key'],
    2,
    /'key' is invalid\. It must be an object: \{/,
  ],
  [['add', '--kind', 'error', '--headers', 'x'], 2, /'x' is invalid\. It must be a header such as 'retry-after: 1'/],
  [['add', '--kind', 'hang', '{"kind": "hang"}'], 2, /: --kind: cannot be combined with JSON\n$/],
  [['add', '{"operation": "list", "kind": "boom"}'], 2, /: \/kind must be one of error, .*, got "boom"\n$/],
  [['add', '[1]'], 2, / must be a fault: \{operation, match.*\n$/],
  [['add', '{'], 2, /: \{: is not JSON: /],
  [['add', '@/nowhere.json'], 2, /: @\/nowhere\.json: cannot be read: ENOENT/],
  [['add', '--knd', 'hang'], 2, /unknown option '--knd'\n\(Did you mean --kind\?\)\n$/],
  [['add'], 2, /: --kind must be one of error, .* got nothing\n$/],
  [['clear', 'fault_9'], 1, /: There is no fault 'fault_9'\.\n$/],
])('faults %j exits with %i and a message about the field, the rule and the value', async (args, code, message) => {
  const { url } = await serve()
  const result = await runProgram(['faults', ...args, '--url', url])
  expect(result.stderr).toMatch(message)
  expect(result).toMatchObject({ code, stdout: '' })
})

test('faults add refuses more faults than a sandbox can have with exit code 1', async () => {
  const { url } = await serve()
  const body = JSON.stringify({ operation: 'list', kind: 'hang' })
  for (let n = 0; n < 1000; n++) await fetch(`${url}/_emulator/faults`, { method: 'POST', body })
  const result = await runProgram(['faults', 'add', body, '--url', url])
  expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('at most 1000 faults') })
})
