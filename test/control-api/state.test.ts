import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { observeSandbox } from '../support/observe-sandbox.ts'
import { parseRawResponse, sendRaw } from '../support/raw-http.ts'

describe('state', () => {
  test('an exported state, loaded elsewhere as a state or as a seed file, behaves the same', async () => {
    const source = await startControlApp({ seed: ['lifecycle'] })
    const expiringKey = await source.create({ name: 'expiring', expires_in_seconds: 60 })
    const deletedKey = await source.create({ name: 'gone' })
    await source.call('DELETE', `${keysUrl}/${deletedKey.id}`)
    await source.control('PUT', '/clock', { now: '2026-06-01T00:00:00Z', frozen: true })
    await source.control('PATCH', '/behavior', { limit_out_of_range: 'reject' })
    await observeSandbox(source)
    const { text, body: state } = await source.control('GET', '/state')
    expect(text).not.toContain(expiringKey.value.slice(20))

    const other = await startControlApp({ seed: ['paging'] })
    expect((await other.control('PUT', '/state', state)).status).toBe(200)
    expect((await other.control('GET', '/state')).body).toEqual(state)
    expect(await observeSandbox(other)).toEqual(await observeSandbox(source))
    for (const { call } of [source, other]) {
      expect((await call('GET', `${keysUrl}?after=${deletedKey.id}`)).status).toBe(200)
      expect((await call('GET', keysUrl, { as: deletedKey.value })).headers['x-emulator-reason']).toContain(
        'key_deleted',
      )
    }
    const seeded = await startControlApp({ seed: text })
    expect(await observeSandbox(seeded)).toEqual(await observeSandbox(source))
    // Loading a state does not change the initial image.
    await other.control('POST', '/reset')
    expect(await other.names()).toHaveLength(251)
  })

  test('PUT /state gives omitted sections their defaults and adds the admin key', async () => {
    const { control, names } = await startControlApp({ seed: 'behavior: { auth: any }\nkeys: [{ name: old }]' })
    expect((await control('PUT', '/state', { keys: [{ name: 'new' }] })).body).toEqual({ keys: 2 })
    expect(await names()).toEqual(['Admin key', 'new'])
    expect((await control('GET', '/behavior')).body.auth).toBe('strict')
  })

  test('a state can be sent as YAML with the content type application/yaml', async () => {
    const { call, names } = await startControlApp()
    const yaml = (rawBody: string) =>
      call('POST', '/_emulator/state', { as: null, rawBody, headers: { 'content-type': 'application/yaml' } })
    expect((await yaml('keys:\n  - name: from yaml # a comment\n    created_at: -1d')).status).toBe(200)
    expect(await names()).toEqual(['from yaml', 'Admin key'])
    expect((await yaml('keys: [')).body.error.message).toMatch(/^The body, line 1, column 8, is not valid YAML or JSON/)
  })

  test.each(['application/yaml', 'application/json'])(
    'a byte order mark at the start of a state of type %s is ignored',
    async (type) => {
      const { call, names } = await startControlApp()
      const request = { as: null, rawBody: '\uFEFF{"keys": [{"name": "marked"}]}', headers: { 'content-type': type } }
      expect((await call('PUT', '/_emulator/state', request)).status).toBe(200)
      expect(await names()).toEqual(['Admin key', 'marked'])
    },
  )

  test('POST /state adds all keys, or none if one is invalid', async () => {
    const { control, names } = await startControlApp({ seed: 'keys: [{ id: key_there, name: there }]' })
    expect((await control('POST', '/state', { keys: [{ name: 'a' }, { generate: 2, name: 'b{n}' }] })).body).toEqual({
      keys: 5,
    })
    const before = await names()
    const response = await control('POST', '/state', { keys: [{ name: 'c' }, { id: 'key_there', name: 'd' }] })
    expect(response.body.error).toMatchObject({ param: '/keys/1/id' })
    expect(await names()).toEqual(before)
  })

  test.each([
    ['PUT', { keys: [{ name: 'a', created_at: 'soon' }] }, '/keys/0/created_at', 'Unix seconds'],
    ['PUT', { keys: [{ name: 'a' }, { name: 'a', created_at: '2026-02-30' }] }, '/keys/1/created_at', 'a valid time'],
    [
      'PUT',
      {
        keys: [
          { id: 'x', name: 'a' },
          { id: 'x', name: 'b' },
        ],
      },
      '/keys/1/id',
      '/keys/1/id: duplicate id `x`, first used at /keys/0/id',
    ],
    ['PUT', { behaviour: {} }, '/behaviour', '/behaviour is not a known field of a seed; did you mean `behavior`?'],
    ['PUT', [], '/', 'a seed'],
    ['POST', { clock: {} }, '/clock', 'only projects, audit events, models and keys can be added'],
    ['POST', { keys: [{ name: 'a', value: adminKey }] }, '/keys/0/value', 'already used in the sandbox'],
  ])('%s /state with the body %j is rejected with param %s and changes nothing', async (method, body, param, rule) => {
    const { control } = await startControlApp()
    const before = (await control('GET', '/state')).body.keys
    const { status, body: responseBody } = await control(method, '/state', body)
    expect([status, responseBody.error.param]).toEqual([400, param])
    expect(responseBody.error.message).toContain(rule)
    expect(responseBody.error.message).not.toContain(adminKey)
    expect((await control('GET', '/state')).body.keys).toEqual(before)
  })

  test('a state of 150,000 keys can be loaded, exported, snapshotted and restored', async () => {
    const { control, call } = await startControlApp()
    const keys = Array.from({ length: 150_000 }, (_, n) => ({ id: `key_${n}`, name: `n${n}` }))
    expect((await control('PUT', '/state', { clock: { frozen: true }, keys })).body).toEqual({ keys: 150_001 })
    const { body: state } = await control('GET', '/state')
    expect((await control('PUT', '/state', state)).body).toEqual({ keys: 150_001 })
    expect((await control('GET', '/state')).body).toEqual(state)
    expect((await call('GET', `${keysUrl}/key_149999`)).status).toBe(200)
    await control('PUT', '/snapshots/big')
    await control('POST', '/reset')
    expect((await control('POST', '/snapshots/big/restore')).body.keys).toBe(150_001)
  }, 60_000)
})

describe('while the state of a large sandbox is measured for an export', () => {
  const startExport = async () => {
    const { control } = await startControlApp()
    await control('PUT', '/state', { keys: [{ generate: 60_000, name: 'load-{n}' }] }, 'large')
    let isDone = false
    const exporting = control('GET', '/state', undefined, 'large').finally(() => {
      isDone = true
    })
    await control('GET', '/clock')
    expect(isDone).toBe(false)
    return { control, exporting }
  }

  test('the state after a reset is exported', async () => {
    const { control, exporting } = await startExport()
    await control('POST', '/reset', undefined, 'large')
    const { status, body } = await exporting
    expect([status, body.keys.length]).toEqual([200, 1])
  })

  test('the state that replaces it is exported', async () => {
    const { control, exporting } = await startExport()
    await control('PUT', '/state', { keys: [{ name: 'new' }] }, 'large')
    const { status, body } = await exporting
    expect([status, body.keys.length]).toEqual([200, 2])
  })

  test('a removal of the sandbox makes it a 404', async () => {
    const { control, exporting } = await startExport()
    await control('DELETE', '/sandboxes/large')
    const { status, body } = await exporting
    expect([status, body.error.code]).toEqual([404, 'not_found'])
  })
})

test('JSON of 1,000 levels is accepted, and JSON of 1,001 is rejected', async () => {
  const { call, control } = await startControlApp()
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  const addFault = (levels: number) => {
    const patch = `[{"op":"add","path":"/x","value":${nested(levels - 3)}}]`
    const rawBody = `{"operation":"get","kind":"json_patch","patch":${patch}}`
    return call('POST', '/_emulator/faults', { as: null, rawBody })
  }
  expect((await addFault(1000)).status).toBe(201)
  const { status, body } = await addFault(1001)
  expect([status, body.error.message]).toEqual([400, 'The body has more than 1000 levels'])
  const created = await call('POST', keysUrl, { rawBody: `{"name":${nested(1000)}}` })
  expect(created.headers['x-emulator-reason']).toContain('body_too_deep')
  expect((await control('PUT', '/state', { keys: [{ name: '[{"\\"'.repeat(1000) }] })).status).toBe(200)
})

test.each([
  [
    '1,000,001 generated keys',
    [
      { generate: 600_000, name: 'a' },
      { generate: 400_001, name: 'b' },
    ],
    '1000000 keys',
  ],
  [
    '64 MiB of generated names',
    [{ generate: 10_000, name: '{n}'.repeat(1500) + 'x'.repeat(3000) }],
    '67108864 characters',
  ],
  ['64 MiB of owners', [{ generate: 1000, name: 'a', owner: { name: 'x'.repeat(70_000) } }], '67108864 characters'],
])('a state with more than %s is refused', async (_what, keys, limit) => {
  const { control } = await startControlApp()
  for (const method of ['PUT', 'POST']) {
    const { status, body } = await control(method, '/state', { keys })
    expect([status, body.error.code, body.error.param]).toEqual([413, 'state_too_large', '/keys'])
    expect(body.error.message).toContain(limit)
  }
})

const long = 'x'.repeat(70_000)

test.each([
  ['redacted values', '/projects', { projects: [{ name: 'a', api_keys: [{ generate: 1000, redacted_value: long }] }] }],
  ['ids of projects', '/projects', { projects: [{ name: 'a', id: long, api_keys: [{ generate: 1000 }] }] }],
  [
    'ids of accounts',
    '/projects',
    { projects: [{ name: 'a', service_accounts: [{ name: 'a', id: long, api_keys: [{ generate: 1000 }] }] }] },
  ],
  [
    'names of the default project',
    '/audit_logs',
    { projects: [{ name: long, default: true }], audit_logs: [{ type: 'login.failed', generate: 1000 }] },
  ],
  [
    'names of the user, for listed keys',
    '/keys',
    { organization: { user: { name: long } }, keys: Array.from({ length: 1000 }, () => ({ name: 'a' })) },
  ],
  [
    'addresses of the user',
    '/projects',
    { organization: { user: { email: long } }, projects: [{ name: 'a', api_keys: [{ generate: 1000 }] }] },
  ],
])('a state is refused in which more than 64 MiB of %s would be copied', async (_what, section, state) => {
  const { control } = await startControlApp()
  const { status, body } = await control('PUT', '/state', state)
  expect([status, body.error.code, body.error.param]).toEqual([413, 'state_too_large', section])
})

test('an addition that would copy more than 64 MiB from the sandbox is refused', async () => {
  const { control } = await startControlApp()
  const projects = [
    { name: long, default: true },
    { name: long, id: 'proj_long' },
  ]
  expect((await control('PUT', '/state', { organization: { user: { name: long } }, projects })).status).toBe(200)
  for (const addition of [
    { keys: [{ name: 'a', generate: 1000 }] },
    { audit_logs: [{ type: 'login.failed', generate: 1000 }] },
    { audit_logs: [{ type: 'login.failed', generate: 1000, project: 'proj_long' }] },
  ]) {
    const { status, body } = await control('POST', '/state', addition)
    expect([status, body.error.code]).toEqual([413, 'state_too_large'])
  }
  const small = { keys: [{ name: 'a', generate: 900 }], audit_logs: [{ type: 'login.failed', project: null }] }
  expect((await control('POST', '/state', small)).status).toBe(200)
})

describe('YAML', () => {
  const send = async (path: string, rawBody: string) => {
    const { call } = await startControlApp()
    const { status, body } = await call('POST', `/_emulator${path}`, {
      as: null,
      rawBody,
      headers: { 'content-type': 'application/yaml' },
    })
    return [status, body?.error?.message]
  }

  test('a state in YAML may have 1 MiB, and any other body 16 KiB', async () => {
    const padded = (text: string, length: number) => `${text}${'#'.repeat(length - text.length)}`
    const fault = '{ operation: "*", kind: hang } '
    expect(await send('/state', padded('keys: [] ', 1024 * 1024))).toEqual([200, undefined])
    expect(await send('/state', padded('keys: [] ', 1024 * 1024 + 1))).toEqual([
      413,
      'The body is longer than 1048576 bytes, the limit of this control for YAML.',
    ])
    expect(await send('/faults', padded(fault, 16 * 1024))).toEqual([201, undefined])
    expect(await send('/faults', padded(fault, 16 * 1024 + 1))).toEqual([
      413,
      'The body is longer than 16384 bytes, the limit of this control for YAML.',
    ])
  })

  test('repeated keys, 101 aliases and thousands of levels are rejected', async () => {
    const rejection = (problem: string) => [400, expect.stringContaining(problem)]
    expect(await send('/state', 'keys: []\nkeys: []')).toEqual(rejection('Map keys must be unique'))
    expect(await send('/state', `keys: [&a {name: x}, ${'*a, '.repeat(101)}]`)).toEqual(
      rejection('there are more than 100 aliases'),
    )
    for (const levels of ['['.repeat(7000) + ']'.repeat(7000), '- '.repeat(7000)]) {
      expect(await send('/state', levels)).toEqual([400, expect.any(String)])
    }
  })
})

describe('a body of more than 64 MiB', () => {
  const mebibyte = 1024 * 1024
  const putHead = (header: string) => `PUT /_emulator/state HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n`

  test('a client that sends all of it receives a 413', async () => {
    const { listen } = await startControlApp()
    const url = `${await listen()}/_emulator/state`
    const response = await fetch(url, { method: 'PUT', body: Buffer.alloc(64 * mebibyte + 1, ' ') })
    const { error } = (await response.json()) as { error: { code: string } }
    expect([response.status, error.code]).toEqual([413, 'body_too_large'])
  })

  test('a client that announces more than 128 MiB receives a 413 at once, on a connection that closes', async () => {
    const { listen } = await startControlApp()
    const response = await sendRaw(await listen(), putHead(`content-length: ${128 * mebibyte + 1}`))
    const { status, headers, body } = parseRawResponse(response)
    expect([status, body.error['code']]).toEqual([413, 'body_too_large'])
    expect(headers).toContain('\r\nconnection: close')
  })

  test('a client that sends more than 128 MiB in chunks receives a 413 without sending the rest', async () => {
    const { listen } = await startControlApp()
    const socket = connect(Number(new URL(await listen()).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const response = new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(data.toString('latin1')))
      socket.once('error', reject)
    })
    socket.write(putHead('transfer-encoding: chunked'))
    const chunk = Buffer.from(`100000\r\n${' '.repeat(mebibyte)}\r\n`)
    for (let n = 0; n < 129; n++) await new Promise((resolve) => socket.write(chunk, resolve))
    const { status, headers } = parseRawResponse(await response)
    expect(status).toBe(413)
    expect(headers).toContain('\r\nconnection: close')
  })
})

test('the error for a compressed body of a control names the content encoding', async () => {
  const { call } = await startControlApp()
  const rawBody = gzipSync('{"keys": []}')
  const { status, body } = await call('PUT', '/_emulator/state', { rawBody, headers: { 'content-encoding': 'gzip' } })
  expect(status).toBe(400)
  expect(body.error).toMatchObject({
    code: 'invalid_body',
    message: 'The body is compressed (content-encoding: gzip): send it uncompressed',
  })
})
