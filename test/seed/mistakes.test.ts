import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { startEmulator } from '../../src/library/index.ts'
import { startControlApp } from '../support/control-app.ts'
import { createTemporaryFile } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'

/** Starts the program with seeds that have mistakes and returns them, without the name of the program. */
async function startupMistakes(...files: string[]): Promise<string[]> {
  const result = await runProgram(['--port', '0', ...files.flatMap((file) => ['--seed', file])])
  expect([result.code, result.stdout]).toEqual([2, ''])
  const prefix = 'admin-keys-emulator: '
  const lines = result.stderr.split('\n').slice(0, -1)
  expect(lines.filter((line) => !line.startsWith(prefix))).toEqual([])
  return lines.map((line) => line.slice(prefix.length))
}

describe('a start with invalid seeds', () => {
  test('reports every mistake of every file, one on each line', async () => {
    const first = createTemporaryFile(
      'first.yaml',
      `behavior:
  auth: strick
keys:
  - id: key_a
    naem: ci
  - { id: key_b, name: b, value: sk-admin-one, created_at: yesterday, expires_at: 2026-02-30 }
  - { id: key_b, name: c, owner: { type: usr } }
  - 5
`,
    )
    const second = createTemporaryFile(
      'second.json',
      '{"keys": [\n{"id": "key_a", "name": "a"},\n{"id": "key_c", "name": 5},\n{"id": "key_c", "name": "c"}]}',
    )
    const broken = createTemporaryFile('broken.yaml', 'keys:\n  - name: a\n   id: b')
    expect(await startupMistakes(first, second, broken, 'pagin')).toEqual([
      `seed ${first}, line 2, /behavior/auth must be strict or any, got "strick"; did you mean \`strict\`?`,
      `seed ${first}, line 5, /keys/0/naem is not a known field of a key; did you mean \`name\`?`,
      expect.stringContaining(`seed ${first}, line 6, /keys/1/created_at must be Unix seconds`),
      `seed ${first}, line 6, /keys/1/expires_at must be a valid time from 1970 to 9999, got "2026-02-30"`,
      `seed ${first}, line 7, /keys/2/owner/type must be user or service_account, got "usr"; did you mean \`user\`?`,
      `seed ${first}, line 7, /keys/2/id: duplicate id \`key_b\`, first used on line 6`,
      `seed ${first}, line 8, /keys/3 must be a key: {id, name, value, …}, got 5`,
      `seed ${second}, line 2, /keys/0/id: duplicate id \`key_a\`, first used in ${first}, line 4`,
      expect.stringContaining(`seed ${second}, line 3, /keys/1/name must be a string`),
      `seed ${second}, line 4, /keys/2/id: duplicate id \`key_c\`, first used on line 3`,
      expect.stringContaining(`seed ${broken}, line 3, column 1 is not valid YAML or JSON: `),
      expect.stringMatching(/^seed pagin: is not a built-in seed .*; did you mean `paging`\?$/),
    ])
  })

  test('reports impossible times together with violations of the schema', async () => {
    const file = createTemporaryFile(
      'times.yaml',
      `organization: { user: { created_at: +1s } }
keys:
  - { name: a, created_at: -1d, expires_at: -2d }
  - { name: b, created_at: 1700000000, expires_at: 2023-01-01 }
  - { name: c, created_at: +1d }
  - { name: d, created_at: +0s, expires_at: +0s, owner: { created_at: +3h } }
  - { name: e, expires_at: 2026-02-30 }
  - { name: 5 }
`,
    )
    const at = (line: number, rest: string) => `seed ${file}, line ${line}, ${rest}`
    expect(await startupMistakes(file)).toEqual([
      at(1, '/organization/user/created_at must not be in the future, got "+1s"; did you mean `-1s`?'),
      at(3, '/keys/0/expires_at must not be before created_at ("-1d"), got "-2d"'),
      at(4, '/keys/1/expires_at must not be before created_at (1700000000), got "2023-01-01"'),
      at(5, '/keys/2/created_at must not be in the future, got "+1d"; did you mean `-1d`?'),
      at(6, '/keys/3/owner/created_at must not be in the future, got "+3h"; did you mean `-3h`?'),
      at(7, '/keys/4/expires_at must be a valid time from 1970 to 9999, got "2026-02-30"'),
      expect.stringContaining(at(8, '/keys/5/name must be a string')),
    ])
  })

  test('reports the place of the first of two keys with the same id, value or hash', async () => {
    const sha256 = hash('sha256', 'sk-admin-the-same-one')
    const first = createTemporaryFile(
      'first.yaml',
      `keys:
  - { id: key_a, name: a, value: sk-admin-the-same-one }
  - { id: "k{n}", name: b, generate: 30 }
  - { id: k7, name: c, value: sk-admin-the-same-one }
`,
    )
    const second = createTemporaryFile(
      'second.yaml',
      `keys:
  - name: d
    id: key_a
    value_sha256: ${sha256}
  - { id: other, name: e, value_sha256: ${'a'.repeat(64)} }
  - { id: third, name: f, value_sha256: ${'a'.repeat(64)} }
`,
    )
    expect(await startupMistakes(first, second)).toEqual([
      `seed ${first}, line 4, /keys/2/id: duplicate id \`k7\`, first used on line 3`,
      `seed ${first}, line 4, /keys/2/value: duplicate value, first used on line 2`,
      `seed ${second}, line 3, /keys/0/id: duplicate id \`key_a\`, first used in ${first}, line 2`,
      `seed ${second}, line 4, /keys/0/value_sha256: duplicate value_sha256 \`${sha256}\`, first used in ${first}, line 2`,
      `seed ${second}, line 6, /keys/2/value_sha256: duplicate value_sha256 \`${'a'.repeat(64)}\`, first used on line 5`,
    ])
  })

  test('reports both places of a value that an admin key and a project key have, in either order of files', async () => {
    const admin = createTemporaryFile('admin.yaml', 'keys:\n  - { name: a, value: sk-both-of-them }\n')
    const project = createTemporaryFile(
      'project.yaml',
      'projects:\n  - name: p\n    api_keys:\n      - { value: sk-both-of-them }\n      - { value: sk-admin-local }\n',
    )
    const reserved = `seed ${project}, line 5, /projects/0/api_keys/1/value: duplicate value, the value of the admin key (--admin-key)`
    expect(await startupMistakes(admin, project)).toEqual([
      `seed ${project}, line 4, /projects/0/api_keys/0/value: duplicate value, first used in ${admin}, line 2`,
      reserved,
    ])
    expect(await startupMistakes(project, admin)).toEqual([
      reserved,
      `seed ${admin}, line 2, /keys/0/value: duplicate value, first used in ${project}, line 4`,
    ])
  })

  test('lists twenty mistakes and counts the rest', async () => {
    const seedWith = (count: number) => createTemporaryFile('many.yaml', `keys:\n${'  - { name: 5 }\n'.repeat(count)}`)
    expect(await startupMistakes(seedWith(20))).toHaveLength(20)
    for (const [count, rest] of [
      [21, 'and 1 more mistake'],
      [23, 'and 3 more mistakes'],
      [5000, 'and at least 980 more mistakes'],
    ] as const) {
      const mistakes = await startupMistakes(seedWith(count))
      expect([mistakes.length, mistakes.at(-1)]).toEqual([21, rest])
    }
  })

  test('reports the syntax errors of all lines', async () => {
    const file = createTemporaryFile('syntax.yaml', 'keys:\n  - { name: a, name: b }\n  - { name: c, id: 1, id: 2 }\n')
    expect(await startupMistakes(file)).toEqual([
      `seed ${file}, line 2, column 16 is not valid YAML or JSON: Map keys must be unique`,
      `seed ${file}, line 3, column 23 is not valid YAML or JSON: Map keys must be unique`,
    ])
  })

  test('keeps every mistake on one line, whatever the names in it are', async () => {
    const file = createTemporaryFile(
      'names.yaml',
      String.raw`keys: [{ name: a, "x\ny\e[31m": 1 }, { id: "b\nc", name: b }, { id: "b\nc", name: b }]`,
    )
    expect(await startupMistakes(file)).toEqual([
      expect.stringContaining(String.raw`/keys/0/x\u000ay\u001b[31m is not a known field of a key`),
      `seed ${file}, line 1, /keys/2/id: duplicate id \`b\\u000ac\`, first used on line 1`,
    ])
  })
})

test.each([
  ['naem', 'did you mean `name`?'],
  ['createdAt', 'did you mean `created_at`?'],
  ['expires-at', 'did you mean `expires_at`?'],
  ['Owner', 'did you mean `owner`?'],
  ['value_sha265', 'did you mean `value_sha256`?'],
  ['label', 'known fields: id, name, '],
  ['x'.repeat(5000), 'known fields: id, name, '],
])('the error for the unknown field %s ends with "%s"', async (field, hint) => {
  const { control } = await startControlApp()
  const { body } = await control('PUT', '/state', { keys: [{ [field]: 1 }] })
  expect(body.error.errors[0].message).toContain(`/keys/0/${field} is not a known field of a key; ${hint}`)
  // Only a name that is probably meant is not reported as missing.
  expect(body.error.errors).toHaveLength(field === 'naem' ? 1 : 2)
})

test.each(['', '# nothing yet\n', '\uFEFF', '---\n# nothing\n'])('the file %j is an empty seed', async (text) => {
  for (const name of ['empty.yaml', 'empty.json']) {
    const { url } = await serve(['--seed', createTemporaryFile(name, text)])
    const state = (await (await fetch(`${url}/_emulator/state`)).json()) as { keys: object[] }
    expect(state.keys).toHaveLength(1)
  }
})

test('a key without created_at that has expired was created when it expired, so that its export loads', async () => {
  const { control } = await startControlApp({
    seed: 'clock: { now: 1000000000, frozen: true }\nkeys: [{ id: k, name: k, expires_at: -1d }]',
  })
  const { body: state } = await control('GET', '/state')
  expect(state.keys[1]).toMatchObject({ created_at: 999_913_600, expires_at: 999_913_600 })
  expect((await control('PUT', '/state', state)).status).toBe(200)
})

test('an absolute created_at can be in the future, as in the export of a sandbox whose clock was set back', async () => {
  const { control, create } = await startControlApp()
  await create()
  await control('PUT', '/clock', { now: '2020-01-01T00:00:00Z', frozen: true })
  const { body: state } = await control('GET', '/state')
  expect((await control('PUT', '/state', state)).status).toBe(200)
})

describe('the controls of the state', () => {
  const invalid = {
    keys: [
      { id: 'key_a', naem: 'a' },
      { id: 'key_b', name: 'b', created_at: '-1d', expires_at: '-2d' },
      { id: 'key_b', name: 'c' },
    ],
  }
  const messages = [
    '/keys/0/naem is not a known field of a key; did you mean `name`?',
    '/keys/1/expires_at must not be before created_at ("-1d"), got "-2d"',
    '/keys/2/id: duplicate id `key_b`, first used at /keys/1/id',
  ]

  test.each(['PUT', 'POST'])('%s reports every mistake and changes nothing', async (method) => {
    const { control } = await startControlApp()
    const before = (await control('GET', '/state')).body.keys
    const { status, body, headers } = await control(method, '/state', invalid)
    expect(status).toBe(400)
    expect(body.error).toEqual({
      message: messages.join('\n'),
      type: 'emulator_error',
      param: '/keys/0/naem',
      code: 'invalid_body',
      errors: messages.map((message) => ({ message, param: /^[^ :]+/.exec(message)?.[0] })),
    })
    expect(headers['x-emulator-reason']).toContain('; /keys/2/id: duplicate id')
    expect((await control('GET', '/state')).body.keys).toEqual(before)
  })

  test('mistakes in YAML have their lines, also in the syntax', async () => {
    const { call } = await startControlApp()
    const put = async (rawBody: string) => {
      const headers = { 'content-type': 'application/yaml' }
      return (await call('PUT', '/_emulator/state', { as: null, rawBody, headers })).body.error
    }
    expect((await put('keys:\n  - { id: a, name: a }\n  - { id: a, name: b }\n')).errors).toEqual([
      { message: '/keys/1/id: duplicate id `a`, first used on line 2', param: '/keys/1/id', line: 3 },
    ])
    expect((await put('keys:\n  - name: a\n   id: b')).errors).toEqual([
      {
        message: expect.stringMatching(/^The body, line 3, column 1, is not valid YAML or JSON: /),
        param: null,
        line: 3,
      },
    ])
  })

  test('a POST reports sections and keys that the sandbox already has', async () => {
    const { control } = await startControlApp({ seed: 'keys: [{ id: key_there, name: there }]' })
    const body = { clock: {}, behavior: {}, keys: [{ id: 'key_there', name: 'again' }] }
    const { error } = (await control('POST', '/state', body)).body
    expect(error.message.split('\n')).toEqual([
      '/clock must be absent: only projects, audit events, models and keys can be added, got {}',
      '/behavior must be absent: only projects, audit events, models and keys can be added, got {}',
      '/keys/0/id: duplicate id `key_there`, already used in the sandbox (a deleted key keeps its id and value)',
    ])
  })

  test('a state of thousands of unknown fields or of a million mistakes is refused within seconds', async () => {
    const { control } = await startControlApp()
    const fields = Object.fromEntries(Array.from({ length: 300_000 }, (_, n) => [`f${n}`, 1]))
    for (const body of [fields, { keys: [{ name: 'a', ...fields }] }, { keys: Array(1_000_000).fill(1) }]) {
      const { status, body: refusal } = await control('PUT', '/state', body)
      expect([status, refusal.error.errors.length]).toEqual([400, 20])
      expect(refusal.error.message).toMatch(/\nand at least 980 more mistakes$/)
    }
  }, 30_000)

  test('the library rejects with every mistake, and state --load adds their lines', async () => {
    await using emulator = await startEmulator()
    const error = await emulator.state.replace(invalid as never).catch((thrown) => thrown)
    expect(error.message).toBe(messages.join('\n'))
    expect(error.errors).toHaveLength(3)
    const text = invalid.keys.map((key) => `  - ${JSON.stringify(key)}\n`).join('')
    const file = createTemporaryFile('seed.yaml', `keys:\n${text}`)
    const { code, stderr } = await runProgram(['state', '--load', file, '--url', emulator.url])
    const [first, second] = messages
    const prefix = `admin-keys-emulator: seed ${file}, line`
    expect([code, stderr]).toEqual([
      2,
      `${prefix} 2, ${first}\n${prefix} 3, ${second}\n${prefix} 4, /keys/2/id: duplicate id \`key_b\`, first used on line 3\n`,
    ])
  })
})
