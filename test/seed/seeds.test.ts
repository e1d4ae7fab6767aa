import { hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { builtInSeeds } from '../../src/sandbox/seed/built-in.ts'
import { loadSeeds } from '../../src/sandbox/seed/load.ts'
import { adminKey, keysUrl, startApp, walk } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'
import { runProgram } from '../support/program.ts'

const noon = 'clock: { now: 2026-01-01T12:00:00Z, frozen: true }'
const noonUnix = 1_767_268_800

test('the documented example seed loads as YAML and as JSON', async () => {
  const yaml = `
organization: { id: org-acme, name: Acme, user: { id: user-jane, name: Jane } }
behavior: { auth: strict }
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
keys:
  - id: key_ci
    name: CI deploys
    value: sk-admin-ci
    created_at: -90d
    expires_at: +30d
    last_used_at: null
    owner: { type: service_account, name: deploy-bot }
  - generate: 250
    name: load-{n}
  - id: key_gone
    name: deleted, but its cursor still resolves
    redacted_value: sk-admin...xyz
    deleted: true
`
  const json = JSON.stringify({
    organization: { id: 'org-acme', name: 'Acme', user: { id: 'user-jane', name: 'Jane' } },
    behavior: { auth: 'strict' },
    clock: { now: '2026-01-01T00:00:00Z', frozen: true },
    keys: [
      {
        id: 'key_ci',
        name: 'CI deploys',
        value: 'sk-admin-ci',
        created_at: '-90d',
        expires_at: '+30d',
        last_used_at: null,
        owner: { type: 'service_account', name: 'deploy-bot' },
      },
      { generate: 250, name: 'load-{n}' },
      {
        id: 'key_gone',
        name: 'deleted, but its cursor still resolves',
        redacted_value: 'sk-admin...xyz',
        deleted: true,
      },
    ],
  })
  for (const source of [createTemporaryFile('seed.yaml', yaml), createTemporaryFile('seed.json', json)]) {
    const testApp = await startApp({ seed: [source] })
    const keys = await walk(testApp)
    expect(keys).toHaveLength(252)
    expect(keys[0]).toMatchObject({
      id: 'key_ci',
      created_at: 1_767_225_600 - 90 * 86_400,
      expires_at: 1_767_225_600 + 30 * 86_400,
      owner: { type: 'service_account', role: 'member', name: 'deploy-bot' },
    })
    expect(keys.slice(2).map(({ name }) => name)).toEqual(Array.from({ length: 250 }, (_, n) => `load-${n + 1}`))
    expect((await testApp.call('GET', keysUrl, { as: 'sk-admin-ci' })).headers['openai-organization']).toBe('org-acme')
    expect((await testApp.call('GET', `${keysUrl}?after=key_gone`)).text).toContain('"data":[]')
    expect((await testApp.call('GET', `${keysUrl}/key_gone`)).status).toBe(404)
  }
})

describe('timestamps in seeds', () => {
  test.each([
    [1_700_000_000, 1_700_000_000],
    ['-90d', noonUnix - 90 * 86_400],
    ['-5m', noonUnix - 300],
    ['+0s', noonUnix],
    ['2026-02-28', Date.UTC(2026, 1, 28) / 1000],
    ['2026-02-28T10:20:30Z', Date.UTC(2026, 1, 28, 10, 20, 30) / 1000],
    ['2026-02-28T10:20:30.999+02:00', Date.UTC(2026, 1, 28, 8, 20, 30) / 1000],
    [0, 0],
  ])('created_at: %j in a seed is the Unix time %d', async (time, expected) => {
    const { call } = await startApp({
      seed: `${noon}\nkeys: [{ id: k, name: k, created_at: ${JSON.stringify(time)} }]`,
    })
    expect((await call('GET', `${keysUrl}/k`)).body.created_at).toBe(expected)
  })

  test('a seed can set the clock in Unix seconds, and the clock keeps running by default', async () => {
    const { create } = await startApp({ seed: 'clock: { now: 1000000000 }' })
    const { created_at } = await create()
    expect(created_at).toBeGreaterThanOrEqual(1_000_000_000)
    expect(created_at).toBeLessThan(1_000_000_010)
  })

  test('a seed key without timestamps is created at the current time, is unused and never expires', async () => {
    const { call } = await startApp({ seed: `${noon}\nkeys: [{ id: k, name: k }]` })
    expect((await call('GET', `${keysUrl}/k`)).body).toMatchObject({
      created_at: noonUnix,
      expires_at: null,
      last_used_at: null,
    })
  })
})

describe('key values in seeds', () => {
  test('a seed key given by value or by SHA-256 hash authenticates with the value but not with the hash', async () => {
    const sha256 = hash('sha256', 'sk-admin-hashed')
    const { call } = await startApp({
      seed: `keys: [{ name: a, value: sk-admin-plain }, { name: b, value_sha256: ${sha256} }]`,
    })
    expect((await call('GET', keysUrl, { as: 'sk-admin-plain' })).status).toBe(200)
    expect((await call('GET', keysUrl, { as: 'sk-admin-hashed' })).status).toBe(200)
    expect((await call('GET', keysUrl, { as: sha256 })).status).toBe(401)
  })

  test('a seed that contains the admin key by value or by hash adds no second admin key', async () => {
    for (const field of [`value: ${adminKey}`, `value_sha256: ${hash('sha256', adminKey)}`]) {
      const testApp = await startApp({
        seed: `keys: [{ id: one, name: one }, { id: admin, name: my admin, ${field} }]`,
      })
      expect((await walk(testApp)).map(({ id }) => id)).toEqual(['one', 'admin'])
    }
  })

  test('a server without an admin key has only the keys of the seed', async () => {
    const { call } = await startApp({
      adminKey: undefined,
      seed: 'keys: [{ id: only, name: a, value: sk-admin-only }]',
    })
    expect((await call('GET', keysUrl, { as: adminKey })).status).toBe(401)
    expect((await call('GET', keysUrl, { as: 'sk-admin-only' })).body.data).toHaveLength(1)
  })
})

test.each(['yaml', 'json'])('a byte order mark at the start of a .%s seed file is ignored', async (suffix) => {
  const { call } = await startApp({
    seed: [createTemporaryFile(`seed.${suffix}`, '\uFEFF{"keys": [{"name": "marked"}]}')],
  })
  expect((await call('GET', keysUrl)).body.data[1].name).toBe('marked')
})

test('several seeds add up their keys, and later seeds override all other fields one by one', async () => {
  const first = createTemporaryFile(
    '1.yaml',
    'organization: { id: org-1, user: { name: Jane } }\nbehavior: { auth: any }\nkeys: [{ id: a, name: a }]',
  )
  const second = createTemporaryFile(
    '2.json',
    '{"organization":{"id":"org-2"},"behavior":{"limit_out_of_range":"reject"},"keys":[{"id":"b","name":"b"}]}',
  )
  const testApp = await startApp({ seed: [first, second] })
  expect((await walk(testApp)).map(({ id }) => id).slice(1)).toEqual(['a', 'b'])
  const response = await testApp.call('GET', `${keysUrl}?limit=0`, { as: 'anybody' })
  expect(response.status).toBe(400)
  expect(response.headers['openai-organization']).toBe('org-2')
  expect((await testApp.create()).owner.name).toBe('Jane')
})

test('generated keys replace {n} in their IDs and names', async () => {
  const testApp = await startApp({ seed: 'keys: [{ generate: 3, id: "k{n}", name: "{n} of {n}", created_at: 5 }]' })
  expect((await walk(testApp)).slice(0, 3)).toMatchObject([
    { id: 'k1', name: '1 of 1' },
    { id: 'k2', name: '2 of 2' },
    { id: 'k3', name: '3 of 3' },
  ])
})

describe('built-in seeds', () => {
  test('the seed default contains only the admin key, like a server without a seed', async () => {
    const named = await loadSeeds(['default'])
    expect(named.keys).toEqual([])
    const testApp = await startApp({ seed: ['default'] })
    expect(await walk(testApp)).toHaveLength(1)
    const key = await testApp.create()
    expect(key.owner).toMatchObject({ name: (await (await startApp()).create()).owner.name })
  })

  test('the seed lifecycle contains a key in each state', async () => {
    const { call } = await startApp({ seed: ['lifecycle'] })
    const retrieve = async (id: string) => (await call('GET', `${keysUrl}/${id}`)).body
    const now = Date.now() / 1000
    expect(await retrieve('key_fresh')).toMatchObject({ expires_at: null, last_used_at: null })
    expect((await retrieve('key_expired')).expires_at).toBeLessThan(now)
    expect((await retrieve('key_expiring')).expires_at).toBeGreaterThan(now)
    expect((await retrieve('key_never_used')).last_used_at).toBeNull()
    expect((await retrieve('key_service_account')).owner.type).toBe('service_account')
    expect((await retrieve('key_unnamed')).name).toBeNull()
    for (const value of ['sk-admin-fresh', 'sk-admin-expiring', 'sk-admin-service-account']) {
      expect((await call('GET', keysUrl, { as: value })).status).toBe(200)
    }
    expect((await call('GET', keysUrl, { as: 'sk-admin-expired' })).status).toBe(401)
  })

  test('the seed sdk-conformance serves the official SDK test suites repeatedly and concurrently', async () => {
    const { call } = await startApp({ seed: ['sdk-conformance'] })
    const url = '/organization/admin_api_keys'
    const as = 'My Admin API Key'
    for (let n = 0; n < 3; n++) {
      expect((await call('GET', `${url}?after=after&limit=0&order=asc`, { as })).status).toBe(200)
      expect(
        (await call('POST', url, { as, body: { name: 'New Admin Key', expires_in_seconds: 2592000 } })).status,
      ).toBe(200)
      expect((await call('GET', `${url}/key_id`, { as })).status).toBe(200)
    }
    for (let n = 0; n < 10; n++) expect((await call('DELETE', `${url}/key_id`, { as })).status).toBe(200)
    const deletions = Array.from({ length: 64 }, () => call('DELETE', `${url}/key_id`, { as: 'string' }))
    expect((await Promise.all(deletions)).every(({ status }) => status === 200)).toBe(true)
    expect((await call('GET', '/_stainless_unknown_path', { as })).status).toBe(404)
  })

  test.each(builtInSeeds)('the built-in seed %s loads', async (name) => {
    await expect(loadSeeds([name])).resolves.toBeDefined()
  })
})

/** Returns the error that loading a seed file throws. */
const loadError = (file: string): Promise<Error> =>
  loadSeeds([file]).then(
    () => Promise.reject(new Error('the seed loaded')),
    (thrown) => thrown,
  )

describe('errors in seeds', () => {
  test.each([
    ['keys:\n  - {}', 2, '/keys/0/name', 'is required for a key', 'is required'],
    ['keys:\n  - name: 5', 2, '/keys/0/name', 'a string', '5'],
    [
      'keys:\n  - name: a\n    expires: 1',
      3,
      '/keys/0/expires',
      'is not a known field of a key; did you mean `expires_at`?',
      'expires',
    ],
    ['keys:\n  - name: a\n    created_at: yesterday', 3, '/keys/0/created_at', 'Unix seconds', '"yesterday"'],
    ['keys:\n  - name: a\n    created_at: 90d', 3, '/keys/0/created_at', 'relative to the sandbox clock', '"90d"'],
    ['keys:\n  - name: a\n    created_at: 1.5', 3, '/keys/0/created_at', 'Unix seconds', '1.5'],
    ['keys:\n  - name: a\n    created_at: 2026-02-30', 3, '/keys/0/created_at', 'a valid time', '"2026-02-30"'],
    [
      'keys:\n  - name: a\n    created_at: 2026-01-01T10:00:00',
      3,
      '/keys/0/created_at',
      'with its zone',
      '"2026-01-01T10:00:00"',
    ],
    [
      'keys:\n  - name: a\n    expires_at: 2026-01-01T25:00:00Z',
      3,
      '/keys/0/expires_at',
      'a valid time',
      '"2026-01-01T25:00:00Z"',
    ],
    [
      'keys:\n  - name: a\n    last_used_at: -99999999d',
      3,
      '/keys/0/last_used_at',
      'from 1970 to 9999',
      '"-99999999d"',
    ],
    ['keys:\n  - name: a\n    created_at: null', 3, '/keys/0/created_at', 'Unix seconds', 'null'],
    ['keys:\n  - name: a\n    id: ""', 3, '/keys/0/id', 'not empty', '""'],
    ['keys:\n  - name: a\n    value: " a"', 3, '/keys/0/value', 'printable ASCII', '[redacted]'],
    ['keys:\n  - name: a\n    value: ключ', 3, '/keys/0/value', 'printable ASCII', '[redacted]'],
    ['keys:\n  - name: a\n    value_sha256: ABC', 3, '/keys/0/value_sha256', '64 lower-case', '"ABC"'],
    [
      'keys:\n  - name: a\n    value: a\n    value_sha256: '.concat('a'.repeat(64)),
      4,
      '/keys/0/value_sha256',
      "absent when 'value' is given",
      'aaa',
    ],
    ['keys:\n  - name: a\n    owner: { type: robot }', 3, '/keys/0/owner/type', 'user or service_account', '"robot"'],
    [
      'keys:\n  - name: a\n    owner: { nick: x }',
      3,
      '/keys/0/owner/nick',
      'is not a known field of an owner; known fields: type, id',
      'nick',
    ],
    ['keys:\n  - generate: 0\n    name: a', 2, '/keys/0/generate', '1 to 1000000', '0'],
    ['keys:\n  - generate: 1000001\n    name: a', 2, '/keys/0/generate', '1 to 1000000', '1000001'],
    [
      'keys:\n  - generate: 2\n    name: a\n    value: b',
      4,
      '/keys/0/value',
      "absent: 'generate' creates several keys",
      '[redacted]',
    ],
    ['keys:\n  - generate: 2\n    name: a\n    id: b', 4, '/keys/0/id', 'an id that contains {n}', '"b"'],
    [
      'keys:\n  - { id: a, name: a }\n  - { id: a, name: b }',
      3,
      '/keys/1/id',
      'duplicate id `a`, first used on line 2',
      '',
    ],
    [
      'keys:\n  - { generate: 3, id: "k{n}", name: a }\n  - { id: k2, name: b }',
      3,
      '/keys/1/id',
      'duplicate id `k2`, first used on line 2',
      '',
    ],
    [
      'keys:\n  - { name: a, value: same }\n  - { name: b, value: same }',
      3,
      '/keys/1/value',
      'duplicate value, first used on line 2',
      '',
    ],
    ['keys:\n  - nam: a', 2, '/keys/0/nam', 'is not a known field of a key; did you mean `name`?', 'nam'],
    ['keys: {}', 1, '/keys', 'a list of keys', '{}'],
    ['key: []', 1, '/key', 'is not a known field of a seed; did you mean `keys`?', 'key'],
    ['[]', 1, '/', 'a seed', '[]'],
    ['null', 1, '/', 'a seed', 'null'],
    [
      'seed: 1',
      1,
      '/seed',
      'is not a known field of a seed; known fields: organization, behavior, clock, models, projects, audit_logs, keys',
      '',
    ],
    ['behavior:\n  auth: none', 2, '/behavior/auth', 'strict or any', '"none"'],
    [
      'behavior:\n  authh: any',
      2,
      '/behavior/authh',
      'is not a known field of the behavior; did you mean `auth`?',
      'authh',
    ],
    ['clock:\n  now: -1d', 2, '/clock/now', 'ISO 8601', '"-1d"'],
    ['clock:\n  now: 2026-02-30', 2, '/clock/now', 'a valid time', '"2026-02-30"'],
    ['clock:\n  frozen: 1', 2, '/clock/frozen', 'true or false', '1'],
    ['organization:\n  id: "org\\nx"', 2, '/organization/id', 'printable ASCII', '"org\\nx"'],
    [
      `organization:\n  id: ${'o'.repeat(129)}`,
      2,
      '/organization/id',
      'at most 128 characters of printable ASCII',
      '"ooo',
    ],
    ['organization:\n  user: Jane', 2, '/organization/user', 'a user', '"Jane"'],
    ['organization:\n  user: { created_at: soon }', 2, '/organization/user/created_at', 'Unix seconds', '"soon"'],
    ['{"keys":[\n{"name":"\\ud800"}]}', 2, '/keys/0/name', 'valid Unicode', '\\ud800'],
  ])('the seed %j is rejected at line %d, path %s, with the rule "%s"', async (text, line, path, rule, value) => {
    const file = createTemporaryFile('broken.yaml', text)
    const error = await loadError(file)
    expect(error.name).toBe('UserError')
    expect(error.message).toMatch(/^seed \S+, line \d+, \S+:? /)
    expect(error.message.replace(': ', ' ').startsWith(`seed ${file}, line ${line}, ${path} `)).toBe(true)
    expect(error.message).toContain(rule)
    expect(error.message.split(', got ').at(-1)).toContain(value)
  })

  test.each([
    ['a: [', 1, 5],
    ['keys:\n  - name: a\n   id: b', 3, 1],
    ['a: 1\na: 2', 2, 1],
    ['{"keys": [\n]', 2, 2],
    ['a: 1\n---\nb: 2', 2, 1],
    ['keys:\n  - name: !secret x', 2, 11],
  ])('the seed %j is rejected as invalid YAML at line %d, column %d', async (text, line, column) => {
    const file = createTemporaryFile('broken.yaml', text)
    await expect(loadSeeds([file])).rejects.toThrow(
      `seed ${file}, line ${line}, column ${column} is not valid YAML or JSON`,
    )
  })

  test.each([
    '- { name: x, value: hunter2 }',
    'keys: { name: x, value: hunter2 }',
    'keys:\n - { name: x, valeu: hunter2 }',
    'keys:\n - name: { value: hunter2 }',
    'keys:\n - name: x\n   value: *hunter2',
    'keys:\n - name: x\n   value: " hunter2"',
    'keys: [{ name: x, created_at: sk-admin-hunter2hunter2 }]',
    'keys: [{ name: x, sk-admin-hunter2hunter2: y }]',
  ])('the error for the seed %j does not contain the value of the key', async (text) => {
    const error = await loadError(createTemporaryFile('leak.yaml', text))
    expect(error.name).toBe('UserError')
    expect(error.message).not.toContain('hunter2')
  })

  test.each(['keys: &a\n  - *a', '&a\nkeys: *a', 'keys:\n  - &k { name: x, owner: *k }'])(
    'the seed %j, which contains itself, is rejected with its line',
    async (text) => {
      await expect(loadSeeds([createTemporaryFile('circular.yaml', text)])).rejects.toThrow(
        /^seed .*circular\.yaml, line \d/,
      )
    },
  )

  test('a list of seeds in one --seed option is rejected with a hint to repeat the option', async () => {
    await expect(loadSeeds(['paging,lifecycle'])).rejects.toThrow(
      /^seed paging,lifecycle: is not a built-in seed .*; repeat --seed for several seeds: --seed paging --seed lifecycle$/,
    )
  })

  test('a seed file that is not UTF-8 is rejected', async () => {
    const file = createTemporaryFile('latin1.yaml', '')
    writeFileSync(file, Buffer.from('keys: [{ name: caf\xe9 }]', 'latin1'))
    await expect(loadSeeds([file])).rejects.toThrow(`seed ${file}: is not UTF-8`)
  })

  test('a seed with exponentially expanding YAML aliases is rejected', async () => {
    const bomb = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(',')}]`)
    const file = createTemporaryFile('bomb.yaml', ['a0: &a0 [x]', ...bomb].join('\n'))
    await expect(loadSeeds([file])).rejects.toThrow(`seed ${file} is not valid YAML`)
  })

  test('an ID that two seed files share is reported at its line in the second file', async () => {
    const first = createTemporaryFile('1.yaml', 'keys: [{ id: a, name: a }]')
    const second = createTemporaryFile('2.yaml', '\n\nkeys: [{ id: a, name: a }]')
    await expect(loadSeeds([first, second])).rejects.toThrow(
      `seed ${second}, line 3, /keys/0/id: duplicate id \`a\`, first used in ${first}, line 1`,
    )
  })

  test('the error for an unknown seed name lists the built-in seeds and the path that was tried', async () => {
    await expect(loadSeeds(['nothing'])).rejects.toThrow(
      /^seed nothing: is not a built-in seed \(default, paging, lifecycle, sdk-conformance\).*'\/.*\/nothing'/,
    )
  })

  test('an invalid seed stops the start with exit code 2', async () => {
    const file = createTemporaryFile('broken.yaml', 'keys:\n  - name: 5')
    const { code, stdout, stderr } = await runProgram(['--port', '0', '--seed', 'paging', '--seed', file])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toBe(
      `admin-keys-emulator: seed ${file}, line 2, /keys/0/name must be a string of valid Unicode, or null for an unnamed key, got 5\n`,
    )
  })
})
