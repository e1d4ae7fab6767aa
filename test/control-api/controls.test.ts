import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, type TestApp, walk } from '../support/app.ts'
import { at, startControlled } from '../support/control-app.ts'
import { sendRaw } from '../support/raw-http.ts'

/** What a client can see of a sandbox: every key, both orders, what authenticates. */
async function seen({ call }: TestApp, sandbox = 'default') {
  const url = at(sandbox, keysUrl)
  const asc = await call('GET', `${url}?limit=100`)
  const desc = await call('GET', `${url}?limit=100&order=desc`)
  return { data: asc.body.data, reversed: desc.body.data, organization: asc.headers['openai-organization'] }
}

describe('sandboxes', () => {
  test('are listed with what they hold, default first', async () => {
    const { control, call } = await startControlled({ seed: ['paging'] })
    await call('GET', at('a', keysUrl))
    const { body } = await control('GET', '/sandboxes')
    expect(body.data.map(({ name, keys }: { name: string; keys: number }) => [name, keys])).toEqual([
      ['default', 251],
      ['a', 251],
    ])
    expect(body.data[0].base_url).toMatch(/^http:\/\/.+\/v1$/)
    expect(body.data[1].base_url).toMatch(/^http:\/\/.+\/sandbox\/a\/v1$/)
    for (const { created_at, last_used_at } of body.data) {
      expect(Math.abs(created_at - Date.now() / 1000)).toBeLessThan(5)
      expect(last_used_at).toBeGreaterThanOrEqual(created_at)
    }
  })

  test('are made from the seed, with a name or without', async () => {
    const { control, names } = await startControlled({ seed: 'keys: [{ name: seeded }]' })
    const { status, body } = await control('POST', '/sandboxes', { name: 'mine' })
    expect(status).toBe(201)
    expect(body).toEqual({ name: 'mine', base_url: expect.stringContaining('/sandbox/mine/v1'), admin_key: adminKey })
    expect(await names('mine')).toEqual(['Admin key', 'seeded'])
    const random = await control('POST', '/sandboxes')
    expect(random.body.name).toMatch(/^[0-9a-z]{16}$/)
    expect(await names(random.body.name)).toEqual(['Admin key', 'seeded'])
    const without = await startControlled({ adminKey: undefined })
    expect((await without.control('POST', '/sandboxes', { name: 'x' })).body.admin_key).toBe(null)
  })

  test('are copied with keys, clock, behaviours and cursors, and share nothing from then on', async () => {
    const testApp = await startControlled({ seed: ['lifecycle'] })
    const { control, call, create } = testApp
    const kept = await create({ name: 'kept' })
    const gone = await create({ name: 'gone' })
    await call('DELETE', `${keysUrl}/${gone.id}`)
    await control('PUT', '/clock', { now: '2030-01-01', frozen: true })
    await control('PATCH', '/behavior', { deleted_cursor: 'resume', limit_out_of_range: 'reject' })
    expect((await control('POST', '/sandboxes', { name: 'copy', from: { sandbox: 'default' } })).status).toBe(201)

    const [origin, copy] = [await seen(testApp), await seen(testApp, 'copy')]
    // The two looks have used the admin key at the same frozen second.
    expect(copy).toEqual(origin)
    expect((await control('GET', '/clock', undefined, 'copy')).body).toEqual((await control('GET', '/clock')).body)
    expect((await control('GET', '/behavior', undefined, 'copy')).body.limit_out_of_range).toBe('reject')
    expect((await call('GET', at('copy', keysUrl), { as: kept.value })).status).toBe(200)
    expect((await call('GET', `${at('copy', keysUrl)}?after=${gone.id}`)).status).toBe(200)

    await call('DELETE', `${at('copy', keysUrl)}/${kept.id}`)
    expect((await call('GET', `${keysUrl}/${kept.id}`)).status).toBe(200)
    // A copy goes back to what it began as, not to the seed.
    await control('POST', '/reset', {}, 'copy')
    expect((await call('GET', `${at('copy', keysUrl)}/${kept.id}`)).status).toBe(200)
  })

  test('are removed one by one or all, but for default', async () => {
    const { control, call, names } = await startControlled()
    for (const name of ['a', 'b', 'c']) await call('POST', at(name, keysUrl), { body: { name } })
    expect((await control('DELETE', '/sandboxes/a')).body).toEqual({ deleted: ['a'] })
    expect((await control('DELETE', '/sandboxes')).body).toEqual({ deleted: ['b', 'c'] })
    expect(await names('a')).toEqual(['Admin key'])
    expect((await control('DELETE', '/sandboxes/default')).status).toBe(400)
  })

  test.each([
    ['POST', '/sandboxes', { name: 'default' }, 409, '/name'],
    ['POST', '/sandboxes', { name: '../x' }, 400, '/name'],
    ['POST', '/sandboxes', { name: 5 }, 400, '/name'],
    ['POST', '/sandboxes', { nam: 'x' }, 400, '/nam'],
    ['POST', '/sandboxes', { from: { sandbox: 'nobody' } }, 404, null],
    ['POST', '/sandboxes', { from: { sandbox: 'default', snapshot: 'none' } }, 404, null],
    ['POST', '/sandboxes', { from: {} }, 400, '/from/sandbox'],
    ['DELETE', '/sandboxes/nobody', undefined, 404, null],
    ['DELETE', '/sandboxes/..%2fx', undefined, 404, null],
  ])('%s %s %j is %i', async (method, path, body, status, param) => {
    const { control } = await startControlled()
    const refused = await control(method, path, body)
    expect([refused.status, refused.body.error.type, refused.body.error.param]).toEqual([
      status,
      'emulator_error',
      param,
    ])
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  })

  test('are as many as may be, and no more', async () => {
    const { control } = await startControlled({ maxSandboxes: 2 })
    await control('POST', '/sandboxes', { name: 'one' })
    const refused = await control('POST', '/sandboxes', { name: 'two' })
    expect([refused.status, refused.body.error.code]).toEqual([503, 'sandbox_limit'])
    expect((await control('GET', '/clock', undefined, 'two')).status).toBe(503)
  })
})

describe('reset', () => {
  const seed = `
    keys: [{ name: a, value: sk-admin-seeded }, { generate: 20, name: "k{n}" }, { id: key_gone, name: x, deleted: true }]
    behavior: { limit_out_of_range: reject }
    clock: { now: 2026-01-01T00:00:00Z, frozen: true }`

  test('goes back to exactly what it began as', async () => {
    const testApp = await startControlled({ seed })
    const { control, call, create } = testApp
    const before = (await control('GET', '/state')).body
    const made = await create()
    await call('DELETE', `${keysUrl}/${(await seen(testApp)).data[3].id}`)
    await control('PUT', '/clock', { advance: '400d', frozen: false })
    await control('PATCH', '/behavior', { auth: 'any', limit_out_of_range: 'clamp' })
    expect((await control('POST', '/reset')).body).toEqual({
      reset: ['keys', 'journal', 'faults', 'clock', 'behavior', 'random'],
    })
    expect((await control('GET', '/state')).body).toEqual(before)
    expect((await call('GET', keysUrl, { as: made.value })).status).toBe(401)
    expect((await call('GET', keysUrl, { as: 'sk-admin-seeded' })).status).toBe(200)
  })

  test('of a part leaves the others as they are', async () => {
    const { control, create, names } = await startControlled({ seed })
    await create({ name: 'made' })
    await control('PUT', '/clock', { now: '2027-01-01' })
    await control('PATCH', '/behavior', { auth: 'any' })
    await control('POST', '/reset', { only: ['clock'] })
    expect((await control('GET', '/clock')).body).toEqual({
      now: '2026-01-01T00:00:00.000Z',
      unix: 1767225600,
      frozen: true,
    })
    expect(await names()).toContain('made')
    await control('PUT', '/clock', { now: '2027-01-01' })
    await control('POST', '/reset', { only: ['keys'] })
    expect(await names()).not.toContain('made')
    expect((await control('GET', '/clock')).body.unix).toBe(1798761600)
    expect((await control('GET', '/behavior')).body.auth).toBe('any')
    await control('POST', '/reset', { only: ['behavior'] })
    expect((await control('GET', '/behavior')).body).toMatchObject({ auth: 'strict', limit_out_of_range: 'reject' })
  })

  test('of one sandbox touches no other', async () => {
    const { control, call, names } = await startControlled()
    for (const name of ['a', 'b']) await call('POST', at(name, keysUrl), { body: { name } })
    await control('POST', '/reset', {}, 'a')
    expect(await names('a')).toEqual(['Admin key'])
    expect(await names('b')).toEqual(['Admin key', 'b'])
  })

  test('cuts requests in flight, and they write nothing', async () => {
    const { control, listen, names } = await startControlled()
    const url = await listen()
    const head = `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\n`
    const answer = sendRaw(url, `${head}Content-Length: 20\r\n\r\n{"name":`)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await control('POST', '/reset')
    expect(await answer).toBe('')
    expect((await control('GET', '/journal')).body.data).toEqual([])
    expect(await names()).toEqual(['Admin key'])
  })

  test('of foreseeable randomness begins the sequence anew', async () => {
    const { control, create } = await startControlled({ randomSeed: 7 })
    const first = await create()
    await control('POST', '/reset')
    expect(await create()).toEqual({ ...first, created_at: expect.any(Number), owner: expect.anything() })
  })
})

describe('state', () => {
  test('is exported as a seed that loads elsewhere and behaves the same', async () => {
    const origin = await startControlled({ seed: ['lifecycle'] })
    const made = await origin.create({ name: 'made', expires_in_seconds: 60 })
    const gone = await origin.create({ name: 'gone' })
    await origin.call('DELETE', `${keysUrl}/${gone.id}`)
    await origin.control('PUT', '/clock', { now: '2026-06-01T00:00:00Z', frozen: true })
    await origin.control('PATCH', '/behavior', { limit_out_of_range: 'reject' })
    await seen(origin)
    const { text, body: state } = await origin.control('GET', '/state')
    expect(text).not.toContain(made.value.slice(20))

    const other = await startControlled({ seed: ['paging'] })
    expect((await other.control('PUT', '/state', state)).status).toBe(200)
    expect((await other.control('GET', '/state')).body).toEqual(state)
    expect(await seen(other)).toEqual(await seen(origin))
    for (const { call } of [origin, other]) {
      expect((await call('GET', `${keysUrl}?after=${gone.id}`)).status).toBe(200)
      expect((await call('GET', keysUrl, { as: gone.value })).headers['x-emulator-reason']).toContain('key_deleted')
    }
    // And as a file, at the start.
    const third = await startControlled({ seed: text })
    expect(await seen(third)).toEqual(await seen(origin))
    // What it began as is not changed by what was loaded.
    await other.control('POST', '/reset')
    expect(await other.names()).toHaveLength(251)
  })

  test('that is put gets defaults for what it lacks, and the admin key', async () => {
    const { control, names } = await startControlled({ seed: 'behavior: { auth: any }\nkeys: [{ name: old }]' })
    expect((await control('PUT', '/state', { keys: [{ name: 'new' }] })).body).toEqual({ keys: 2 })
    expect(await names()).toEqual(['Admin key', 'new'])
    expect((await control('GET', '/behavior')).body.auth).toBe('strict')
  })

  test('takes YAML that is declared as such', async () => {
    const { call, names } = await startControlled()
    const yaml = (rawBody: string) =>
      call('POST', '/_emulator/state', { as: null, rawBody, headers: { 'content-type': 'application/yaml' } })
    expect((await yaml('keys:\n  - name: from yaml # a comment\n    created_at: -1d')).status).toBe(200)
    expect(await names()).toEqual(['from yaml', 'Admin key'])
    expect((await yaml('keys: [')).body.error.message).toMatch(/^The body is not valid YAML or JSON/)
  })

  test.each(['application/yaml', 'application/json'])('takes a file of %s with a byte order mark', async (type) => {
    const { call, names } = await startControlled()
    const marked = { as: null, rawBody: '\uFEFF{"keys": [{"name": "marked"}]}', headers: { 'content-type': type } }
    expect((await call('PUT', '/_emulator/state', marked)).status).toBe(200)
    expect(await names()).toEqual(['Admin key', 'marked'])
  })

  test('keys are added all or none', async () => {
    const { control, names } = await startControlled({ seed: 'keys: [{ id: key_there, name: there }]' })
    expect((await control('POST', '/state', { keys: [{ name: 'a' }, { generate: 2, name: 'b{n}' }] })).body).toEqual({
      keys: 5,
    })
    const before = await names()
    const refused = await control('POST', '/state', { keys: [{ name: 'c' }, { id: 'key_there', name: 'd' }] })
    expect(refused.body.error).toMatchObject({ param: '/keys/1/id' })
    expect(await names()).toEqual(before)
  })

  test.each([
    ['PUT', { keys: [{ name: 'a', created_at: 'soon' }] }, '/keys/0/created_at', 'Unix seconds'],
    ['PUT', { keys: [{ name: 'a' }, { name: 'a', created_at: '2026-02-30' }] }, '/keys/1/created_at', 'exists'],
    [
      'PUT',
      {
        keys: [
          { id: 'x', name: 'a' },
          { id: 'x', name: 'b' },
        ],
      },
      '/keys/1/id',
      'no other key',
    ],
    [
      'PUT',
      { behaviour: {} },
      '/behaviour',
      '/behaviour is not a known field of a seed; known fields: organization, behavior, clock, keys',
    ],
    ['PUT', [], '/', 'a seed'],
    ['POST', { clock: {} }, '/clock', 'only keys can be added'],
    ['POST', { keys: [{ name: 'a', value: adminKey }] }, '/keys/0/value', 'no key of the sandbox has'],
  ])('%s %j is told at %s', async (method, body, param, rule) => {
    const { control } = await startControlled()
    const before = (await control('GET', '/state')).body.keys
    const { status, body: refused } = await control(method, '/state', body)
    expect([status, refused.error.param]).toEqual([400, param])
    expect(refused.error.message).toContain(rule)
    expect(refused.error.message).not.toContain(adminKey)
    expect((await control('GET', '/state')).body.keys).toEqual(before)
  })
})

describe('snapshots', () => {
  test('are gone back to again and again, and survive a reset', async () => {
    const testApp = await startControlled({ seed: ['lifecycle'] })
    const { control, create, names } = testApp
    await control('PUT', '/clock', { now: '2026-03-01T12:00:00Z', frozen: true })
    await create({ name: 'before' })
    const taken = await control('PUT', '/snapshots/S.1')
    const before = await seen(testApp)
    expect(taken.body).toEqual({ name: 'S.1', created_at: 1772366400, keys: (await names()).length })
    for (let n = 0; n < 2; n++) {
      await create({ name: 'after' })
      await control('PUT', '/clock', { advance: '1d', frozen: false })
      await control('POST', '/reset')
      expect((await control('POST', '/snapshots/S.1/restore')).status).toBe(200)
      expect(await seen(testApp)).toEqual(before)
      expect((await control('GET', '/clock')).body.unix).toBe(1772366400)
    }
    await create({ name: 'more' })
    await control('PUT', '/snapshots/S.1')
    await control('PUT', '/snapshots/a')
    expect((await control('GET', '/snapshots')).body.data.map(({ name }: { name: string }) => name)).toEqual([
      'S.1',
      'a',
    ])
    await control('POST', '/sandboxes', { name: 'copy', from: { sandbox: 'default', snapshot: 'S.1' } })
    expect(await names('copy')).toContain('more')
    expect((await control('GET', '/snapshots', undefined, 'copy')).body.data).toEqual([])
    expect((await control('DELETE', '/snapshots/a')).body).toEqual({ deleted: ['a'] })
  })

  test.each([
    ['PUT', '/snapshots/..%2fx', 400],
    ['PUT', '/snapshots/%00', 400],
    ['PUT', `/snapshots/${'x'.repeat(65)}`, 400],
    ['POST', '/snapshots/none/restore', 404],
    ['DELETE', '/snapshots/none', 404],
    ['DELETE', '/snapshots/..%2fsandbox', 404],
  ])('%s %s is %i', async (method, path, status) => {
    const { control } = await startControlled()
    expect((await control(method, path)).status).toBe(status)
    expect((await control('GET', '/snapshots')).body.data).toEqual([])
  })
})

describe('the clock', () => {
  test('moves every timestamp and every expiry, forwards and backwards', async () => {
    const { control, create, call } = await startControlled()
    await control('PUT', '/clock', { now: 1_767_225_600, frozen: true })
    const key = await create({ name: 'expiring', expires_in_seconds: 60 })
    expect(key).toMatchObject({ created_at: 1_767_225_600, expires_at: 1_767_225_660 })
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(200)
    await control('PUT', '/clock', { advance: '1m' })
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(401)
    await control('PUT', '/clock', { advance: -1 })
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(200)
    const { body } = await call('GET', `${keysUrl}/${key.id}`)
    expect(body.last_used_at).toBe(1_767_225_659)
  })

  test('goes backwards without harm to order and cursors', async () => {
    const testApp = await startControlled()
    const { control, create } = testApp
    const order: string[] = []
    for (const now of [300, 100, 200, 100]) {
      await control('PUT', '/clock', { now: 1_700_000_000 + now, frozen: true })
      order.push((await create({ name: `at ${now}` })).name)
    }
    const walked = (await walk(testApp, 'limit=1')).map(({ name }) => name)
    expect(walked).toEqual(['at 100', 'at 100', 'at 200', 'at 300', 'Admin key'])
    expect((await walk(testApp, 'limit=1&order=desc')).map(({ name }) => name)).toEqual([...walked].reverse())
  })

  test('stands, goes on, and returns to that of the system', async () => {
    const { control } = await startControlled()
    const stopped = (await control('PUT', '/clock', { frozen: true })).body
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect((await control('GET', '/clock')).body).toEqual(stopped)
    const going = (await control('PUT', '/clock', { frozen: false, advance: '-10d' })).body
    expect(going.frozen).toBe(false)
    expect(Date.now() - Date.parse(going.now)).toBeGreaterThan(9 * 86_400_000)
    const real = (await control('DELETE', '/clock')).body
    expect(Math.abs(Date.now() - Date.parse(real.now))).toBeLessThan(2000)
  })

  test('goes no further than what is made there can be read back', async () => {
    const { control, create } = await startControlled()
    const last = (await control('PUT', '/clock', { now: '9997-12-31T23:59:59.999Z', frozen: true })).body
    expect(last.unix).toBe(253_339_228_799)
    await create({ name: 'long', expires_in_seconds: 31_536_000 })
    await control('PUT', '/clock', { frozen: false })
    await create({ name: 'going', expires_in_seconds: 31_536_000 })
    await control('PUT', '/clock', { frozen: true })
    const { body: state } = await control('GET', '/state')
    expect((await control('PUT', '/state', state, 'other')).status).toBe(200)
    expect((await control('GET', '/state', undefined, 'other')).body.keys).toEqual(state.keys)
  })

  test.each([
    [{ now: 'soon' }, '/now'],
    [{ now: '2026-02-30' }, '/now'],
    [{ now: -1 }, '/now'],
    [{ now: 5, advance: 1 }, '/advance'],
    [{ advance: '5 days' }, '/advance'],
    [{ advance: '-100000000d' }, '/advance'],
    [{ advance: null }, '/advance'],
    [{ now: '9998-01-01' }, '/now'],
    [{ now: 253_339_228_800 }, '/now'],
    [{ advance: '9999999d' }, '/advance'],
    [{ frozen: 'yes' }, '/frozen'],
    [{ frozen: true, speed: 2 }, '/speed'],
  ])('%j is refused at %s', async (body, param) => {
    const { control } = await startControlled()
    const { status, body: refused } = await control('PUT', '/clock', body)
    expect([status, refused.error.param]).toEqual([400, param])
  })
})

describe('a control that is looked for where none is', () => {
  test.each([
    '/v1/_emulator/reset',
    '/sandbox/mine/v1/_emulator/reset',
    '/sandbox/a%20b/_emulator/reset',
    '/sandbox/mine/_emulator',
    '/sandboxes/mine/%5Femulator/clock?now=1',
  ])('%s is told where controls are', async (url) => {
    const { call, control } = await startControlled()
    const { status, body, headers } = await call('POST', url, { as: null })
    expect([status, body.error]).toEqual([
      404,
      {
        message: expect.stringMatching(/ at \/_emulator\/….* at \/sandbox\/NAME\/_emulator\/….* 1 to 64 of /),
        type: 'emulator_error',
        param: null,
        code: 'unknown_url',
      },
    ])
    expect(headers).not.toHaveProperty('openai-version')
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  })

  test('but a key may be called so', async () => {
    const { call } = await startControlled()
    expect((await call('GET', `${keysUrl}/_emulator`)).body.error.code).toBe('not_found')
    expect((await call('PUT', `${keysUrl}/_emulator`)).status).toBe(405)
  })

  test.each(['/', '/sandboxes/mine/v1/organization/admin_api_keys'])(
    'the reason of %s says what is where',
    async (url) => {
      const { call } = await startControlled()
      expect((await call('GET', url)).headers['x-emulator-reason']).toBe(
        `unknown_url; the API is at /v1/organization/ and /sandbox/NAME/v1/organization/, controls are at /_emulator/, pages at /docs; method=GET; path=${url}`,
      )
    },
  )
})

describe('what cannot be read is refused by the emulator, not by the API', () => {
  test.each([
    '/_emulator/sandboxes/%zz',
    '/v1/_emulator/%zz',
    '/_emulator/clock?now=%ff',
    '/sandbox/mine/_emulator/snapshots/%',
    '/sandbox/mine/_emulator/journal?path=%zz',
    '/sandbox/%zz/_emulator/clock',
    '/health?%zz',
  ])('the encoding of %s', async (url) => {
    const { call, control } = await startControlled()
    const { status, body, headers } = await call('GET', url, { as: null })
    expect([status, body.error]).toEqual([
      400,
      {
        message: expect.stringContaining('percent-encoding'),
        type: 'emulator_error',
        param: null,
        code: 'malformed_url',
      },
    ])
    expect(headers).not.toHaveProperty('openai-version')
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  })

  test.each(['yaml', 'application/', ';', ''])('a body of type "%s"', async (type) => {
    const { call } = await startControlled()
    for (const rawBody of ['{"frozen":true}', '']) {
      const sent = { as: null, rawBody, headers: { 'content-type': type } }
      const { status, body } = await call('PUT', '/sandbox/mine/_emulator/clock', sent)
      expect([status, body.error]).toEqual([
        400,
        {
          message: expect.stringContaining(`application/json or application/yaml, got ${JSON.stringify(type)}`),
          type: 'emulator_error',
          param: null,
          code: 'invalid_content_type',
        },
      ])
    }
  })
})

describe('who may', () => {
  test('with a control token: whoever shows it', async () => {
    const { call } = await startControlled({ controlToken: 'let-me-in' })
    for (const as of [null, 'let-me-out', adminKey]) {
      const refused = await call('GET', '/_emulator/clock', { as })
      expect([refused.status, refused.body.error.code]).toEqual([401, 'control_token'])
    }
    expect((await call('GET', '/_emulator/clock', { as: 'let-me-in' })).status).toBe(200)
    expect((await call('GET', keysUrl)).status).toBe(200)
  })

  test('no page of a public name', async () => {
    const { call } = await startControlled()
    const refused = await call('POST', '/_emulator/reset', { as: null, headers: { host: 'evil.example.com' } })
    expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden_host'])
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

test('foreseeable randomness is the same in every run and every sandbox, each kind in a stream of its own', async () => {
  const draw = async (sandbox: string, requests: number) => {
    const testApp = await startControlled({ randomSeed: 42 })
    await testApp.control('PUT', '/clock', { now: 1_767_225_600, frozen: true }, sandbox)
    for (let n = 0; n < requests; n++) await testApp.call('GET', at(sandbox, `${keysUrl}?limit=1`))
    const { body, headers } = await testApp.call('POST', at(sandbox, keysUrl), { body: { name: 'x' } })
    return { id: body.id, value: body.value, owner: body.owner.id, request: headers['x-request-id'] }
  }
  const first = await draw('default', 0)
  expect(await draw('other', 0)).toEqual(first)
  const later = await draw('default', 3)
  expect(later.request).not.toBe(first.request)
  expect({ ...later, request: first.request }).toEqual(first)
  const { create } = await startControlled({ randomSeed: 43 })
  expect((await create()).id).not.toBe(first.id)
})
