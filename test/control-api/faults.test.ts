import { setTimeout as sleep } from 'node:timers/promises'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, walk } from '../support/app.ts'
import { startControlled } from '../support/control-app.ts'
import { parseRawResponse, sendRaw } from '../support/raw-http.ts'

const get = `GET ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`
const post = (body: string) =>
  `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

async function startFaulty(options = {}) {
  const testApp = await startControlled(options)
  const arm = async (fault: object, sandbox = 'default') => {
    const { status, body } = await testApp.control('POST', '/faults', fault, sandbox)
    expect([status, body]).toEqual([201, expect.objectContaining({ hits: 0 })])
    return body.id as string
  }
  const armed = async () => (await testApp.control('GET', '/faults')).body.data
  return { ...testApp, arm, armed }
}

async function startFaultyServer(options = {}) {
  const testApp = await startFaulty(options)
  const url = await testApp.listen()
  const client = new OpenAI({ baseURL: `${url}/v1`, adminAPIKey: adminKey })
  return { ...testApp, url, keys: client.admin.organization.adminAPIKeys }
}

describe('an error', () => {
  test.each([
    [401, 'invalid_request_error', 'invalid_api_key', /^Incorrect API key provided: sk-admin\*\*ocal/],
    [403, 'invalid_request_error', null, /^You have insufficient permissions.*api\.management\.read/],
    [404, 'invalid_request_error', 'not_found', /^The admin API key key_x was not found$/],
    [408, 'invalid_request_error', 'request_timeout', /./],
    [409, 'invalid_request_error', 'conflict', /./],
    [422, 'invalid_request_error', null, /./],
    [429, 'requests', 'rate_limit_exceeded', /^Rate limit reached for requests\. Please try again later\.$/],
    [500, 'server_error', null, /^The server had an error while processing your request\. Sorry about that!$/],
    [503, 'server_error', null, /./],
  ])('of %i is that of the API', async (status, type, code, message) => {
    const { arm, call } = await startFaulty()
    const id = await arm({ operation: 'admin-api-keys-get', kind: 'error', status })
    const answer = await call('GET', `${keysUrl}/key_x`)
    expect(answer.status).toBe(status)
    expect(answer.body.error).toEqual({ message: expect.stringMatching(message), type, param: null, code })
    expect(answer.headers['x-emulator-reason']).toBe(`fault; fault=${id}; kind=error; when=before`)
    expect((await call('GET', `${keysUrl}/key_x`)).headers['x-emulator-reason']).toBe('key_unknown; key=key_x')
  })

  test('says what it is given instead', async () => {
    const { arm, call } = await startFaulty()
    const given = { message: 'No.', type: 'custom', code: null, param: 'x' }
    await arm({ operation: '*', kind: 'error', status: 418, ...given, headers: { 'Retry-After-Ms': '1' } })
    const { status, headers, body } = await call('GET', keysUrl)
    expect([status, body.error, headers['retry-after-ms']]).toEqual([418, given, '1'])
  })

  test('before the operation keeps it from happening, after it does not', async () => {
    const { arm, call } = await startFaulty()
    const create = () => call('POST', keysUrl, { body: { name: 'x' } })
    const count = async () => (await call('GET', keysUrl)).body.data.length
    await arm({ operation: 'admin-api-keys-create', kind: 'error', status: 500 })
    expect((await create()).status).toBe(500)
    expect(await count()).toBe(1)
    await arm({ operation: 'admin-api-keys-create', kind: 'error', status: 500, when: 'after_commit' })
    expect((await create()).status).toBe(500)
    expect(await count()).toBe(2)
  })

  test('comes before the form of the body, and after authentication', async () => {
    const { arm, call, armed } = await startFaulty()
    await arm({ operation: '*', kind: 'error', status: 503 })
    expect((await call('GET', keysUrl, { as: 'sk-admin-nobody-knows' })).status).toBe(401)
    expect((await call('GET', '/v1/unknown')).status).toBe(404)
    expect((await armed())[0].hits).toBe(0)
    expect((await call('POST', keysUrl, { rawBody: 'no json' })).status).toBe(503)
  })

  test('after the operation spares what failed anyway', async () => {
    const { arm, call, armed } = await startFaulty()
    await arm({ operation: '*', kind: 'error', status: 503, when: 'after_commit' })
    expect((await call('GET', `${keysUrl}/key_x`)).status).toBe(404)
    expect((await armed())[0].hits).toBe(0)
  })
})

describe('which requests', () => {
  test('exactly as many as it says, though 64 clients ask at once', async () => {
    const { arm, listen, armed } = await startFaulty()
    const url = await listen()
    await arm({ operation: '*', kind: 'error', status: 503, times: 10, skip: 5 })
    const statuses = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const answer = await fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })
        await answer.text()
        return answer.status
      }),
    )
    expect(statuses.filter((status) => status === 503)).toHaveLength(10)
    expect((await armed())[0]).toMatchObject({ hits: 10, remaining: 0 })
  })

  test('those that match, the first armed first, for ever if told so', async () => {
    const { arm, call, create, armed } = await startFaulty()
    const [one, two] = [await create({ name: 'one' }), await create({ name: 'two' })]
    await arm({ operation: 'admin-api-keys-get', match: { key_id: one.id }, kind: 'error', status: 500, times: null })
    await arm({ operation: '*', match: { calling_key_id: two.id }, kind: 'error', status: 501 })
    await arm({ operation: '*', match: { header: { 'X-Test': 'yes' } }, kind: 'error', status: 502 })
    expect((await call('GET', `${keysUrl}/${two.id}`)).status).toBe(200)
    for (let n = 0; n < 3; n++) expect((await call('GET', `${keysUrl}/${one.id}`, { as: two.value })).status).toBe(500)
    expect((await call('GET', keysUrl, { as: two.value })).status).toBe(501)
    expect((await call('GET', keysUrl, { headers: { 'x-test': 'no' } })).status).toBe(200)
    expect((await call('GET', keysUrl, { headers: { 'x-test': 'yes' } })).status).toBe(502)
    expect(
      (await armed()).map(({ hits, remaining }: { hits: number; remaining: number }) => [hits, remaining]),
    ).toEqual([
      [3, null],
      [1, 0],
      [1, 0],
    ])
  })

  test('of its own sandbox only', async () => {
    const { arm, call } = await startFaulty()
    await arm({ operation: '*', kind: 'error', status: 503, times: null }, 'a')
    expect((await call('GET', keysUrl)).status).toBe(200)
    expect((await call('GET', `/sandbox/a${keysUrl}`)).status).toBe(503)
  })

  test('none any more, once it is disarmed or all is reset', async () => {
    const { arm, call, control, armed } = await startFaulty()
    const fault = { operation: '*', kind: 'error', status: 503, times: null }
    const id = await arm(fault)
    expect((await control('DELETE', `/faults/${id}`)).body).toEqual({ deleted: [id] })
    expect((await control('DELETE', `/faults/${id}`)).status).toBe(404)
    await arm(fault)
    await control('DELETE', '/faults')
    await arm(fault)
    await control('POST', '/reset', { only: ['faults'] })
    expect([(await call('GET', keysUrl)).status, await armed()]).toEqual([200, []])
  })
})

describe('a rate limit', () => {
  test('refuses what is past it, in windows of the clock of the sandbox', async () => {
    const { arm, call, control, armed } = await startFaulty()
    await control('PUT', '/clock', { now: 1_767_225_600, frozen: true })
    await arm({ operation: '*', kind: 'rate_limit', requests: 2, per: '1m' })
    const statuses = async (count: number) => {
      const seen = []
      for (let n = 0; n < count; n++) seen.push((await call('GET', keysUrl)).status)
      return seen
    }
    expect(await statuses(4)).toEqual([200, 200, 429, 429])
    await control('PUT', '/clock', { advance: '59s' })
    expect(await statuses(1)).toEqual([429])
    await control('PUT', '/clock', { advance: '1s' })
    expect(await statuses(3)).toEqual([200, 200, 429])
    expect((await armed())[0]).toMatchObject({ hits: 4, remaining: null, per: '1m' })
    await control('PUT', '/clock', { advance: '-1h' })
    expect(await statuses(1)).toEqual([200])
  })
})

describe('waiting', () => {
  test('a delay goes on, with the next fault or the operation, also when the client has given up', async () => {
    const { arm, url, call } = await startFaultyServer()
    await arm({ operation: 'admin-api-keys-create', kind: 'delay', ms: 150, times: 2 })
    await arm({ operation: 'admin-api-keys-create', kind: 'error', status: 503 })
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const begun = performance.now()
    expect((await fetch(url + keysUrl, { method: 'POST', headers, body: '{"name":"a"}' })).status).toBe(503)
    expect(performance.now() - begun).toBeGreaterThan(140)
    const signal = AbortSignal.timeout(60)
    await expect(fetch(url + keysUrl, { method: 'POST', headers, body: '{"name":"late"}', signal })).rejects.toThrow()
    await expect.poll(async () => (await call('GET', keysUrl)).body.data.length, { timeout: 3000 }).toBe(2)
  })

  test('what hangs or is delayed blocks nobody else, and a reset cuts it', async () => {
    const { arm, url, call, control } = await startFaultyServer()
    await arm({ operation: 'admin-api-keys-list', kind: 'hang' })
    await arm({ operation: 'admin-api-keys-create', kind: 'delay', ms: 30_000 })
    const answers = [sendRaw(url, get, { quietMs: 5000 }), sendRaw(url, post('{"name":"x"}'), { quietMs: 5000 })]
    await sleep(100)
    expect((await call('GET', keysUrl)).status).toBe(200)
    const begun = performance.now()
    expect((await control('POST', '/reset')).status).toBe(200)
    for (const answer of answers) expect(await answer.catch(() => '')).toBe('')
    expect(performance.now() - begun).toBeLessThan(1000)
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
  })

  test('nor does it hold up the end of the server', async () => {
    const { arm, url, app } = await startFaultyServer()
    await arm({ operation: '*', kind: 'hang' })
    const answer = sendRaw(url, get, { quietMs: 5000 }).catch(() => '')
    await sleep(100)
    const begun = performance.now()
    await app.close()
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(await answer).toBe('')
  })
})

describe('on the wire', () => {
  test('reset is a reset', async () => {
    const { arm, url } = await startFaultyServer()
    await arm({ operation: '*', kind: 'connection_reset' })
    await expect(sendRaw(url, get)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('empty is an end without a byte', async () => {
    const { arm, url } = await startFaultyServer()
    await arm({ operation: '*', kind: 'empty_response', times: 2 })
    expect(await sendRaw(url, get)).toBe('')
    expect(await sendRaw(url, post('{"name":"x"}'))).toBe('')
  })

  test('truncate is shorter than it says', async () => {
    const { arm, url } = await startFaultyServer()
    await arm({ operation: '*', kind: 'truncated_body' })
    const { status, headers, text } = readRaw(await sendRaw(url, get))
    expect(status).toBe(200)
    expect(headers).toContain('content-type: application/json\r\n')
    expect(headers).toContain('x-request-id: req_')
    const length = Number(/content-length: (\d+)/.exec(headers)?.[1])
    expect(text.length).toBe(Math.floor(length / 2))
    expect((await fetchList(url)).status).toBe(200)
  })

  test('malformed is whole, and no JSON', async () => {
    const { arm, url } = await startFaultyServer({ breaksResponses: true })
    await arm({ operation: '*', kind: 'malformed_json' })
    const answer = await fetchList(url)
    expect(answer.status).toBe(200)
    await expect(answer.json()).rejects.toThrow(SyntaxError)
  })

  test('after the commit the key is there, though the client saw a dead socket', async () => {
    const { arm, url, call } = await startFaultyServer({ breaksResponses: true })
    for (const kind of ['connection_reset', 'empty_response', 'truncated_body', 'malformed_json']) {
      await arm({ operation: 'admin-api-keys-create', when: 'after_commit', kind })
      await sendRaw(url, post(`{"name":"${kind}"}`)).catch(() => {})
    }
    const names = (await call('GET', keysUrl)).body.data.map(({ name }: { name: string }) => name)
    expect(names).toEqual(['Admin key', 'connection_reset', 'empty_response', 'truncated_body', 'malformed_json'])
  })
})

const readRaw = (answer: string) => {
  const [head = '', text = ''] = answer.split('\r\n\r\n', 2)
  return { status: Number(head.split(' ')[1]), headers: `${head.toLowerCase()}\r\n`, text }
}

const fetchList = (url: string) => fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })

describe('through the official client', () => {
  test.each(['connection_reset', 'empty_response'])('%s is retried', async (kind) => {
    const { arm, keys, control } = await startFaultyServer()
    await arm({ operation: 'admin-api-keys-list', kind, times: 2 })
    expect((await keys.list()).data).toHaveLength(1)
    const { body } = await control('GET', '/journal')
    expect(body.data.map(({ retry_count, delivered }: Record<string, unknown>) => [retry_count, delivered])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ])
  })

  test.each([408, 409, 429, 500, 503])('%i is retried, after the pause that it is told', async (status) => {
    const { arm, keys, control } = await startFaultyServer()
    await arm({ operation: '*', kind: 'error', status, times: 2, headers: { 'retry-after-ms': '30' } })
    expect((await keys.list()).data).toHaveLength(1)
    const { body } = await control('GET', '/journal')
    expect(body.data.map((entry: { status: number }) => entry.status)).toEqual([status, status, 200])
    for (const { since_previous_ms } of body.data.slice(1)) expect(since_previous_ms).toBeGreaterThanOrEqual(29)
  })

  test('x-should-retry: false is obeyed', async () => {
    const { arm, keys, armed } = await startFaultyServer()
    await arm({ operation: '*', kind: 'error', status: 503, times: null, headers: { 'x-should-retry': 'false' } })
    await expect(keys.list()).rejects.toThrow(OpenAI.InternalServerError)
    expect((await armed())[0].hits).toBe(1)
  })

  test.each(['truncated_body', 'malformed_json'])('%s is an error, not retried', async (kind) => {
    const { arm, keys, armed } = await startFaultyServer({ breaksResponses: true })
    await arm({ operation: 'admin-api-keys-list', kind, times: null })
    await expect(keys.list()).rejects.toThrow()
    expect((await armed())[0].hits).toBe(1)
  })

  test('a create whose answer is lost leaves an orphan', async () => {
    const { arm, keys } = await startFaultyServer()
    await arm({ operation: 'admin-api-keys-create', when: 'after_commit', kind: 'connection_reset' })
    const created = await keys.create({ name: 'twice' })
    const twins = (await keys.list()).data.filter(({ name }) => name === 'twice')
    expect(twins).toHaveLength(2)
    expect(twins.map(({ id }) => id)).toContain(created.id)
  })
})

describe('json_patch', () => {
  test.each([
    ['DELETE', [{ op: 'replace', path: '/deleted', value: false }], { deleted: false }],
    [
      'GET',
      [
        { op: 'remove', path: '/name' },
        { op: 'add', path: '/x', value: 1 },
      ],
      { x: 1 },
    ],
    ['GET', [{ op: 'copy', from: '/id', path: '/name' }], {}],
    ['GET', [{ op: 'replace', path: '', value: [] }], []],
  ])('%s %j', async (method, patch, expected) => {
    const { arm, create, listen } = await startFaulty({ breaksResponses: true })
    const { id } = await create()
    await arm({ operation: '*', kind: 'json_patch', patch })
    const url = await listen()
    const answer = await sendRaw(
      url,
      `${method} ${keysUrl}/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`,
    )
    expect(parseRawResponse(answer).body).toMatchObject(expected)
  })

  test('that does not apply leaves the true answer, and the journal says so', async () => {
    const { arm, call, control } = await startFaulty()
    const id = await arm({ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: '/data/1' }] })
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
    const [entry] = (await control('GET', '/journal')).body.data
    const reason = `patch_failed; fault=${id}; operation 0: remove '/data/1' does not apply`
    expect(entry).toMatchObject({ fault_id: id, status: 200, reason })
  })

  test('counts those of its hits that changed nothing', async () => {
    const { arm, armed, call, create } = await startFaulty({ breaksResponses: true })
    await arm({ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: '/data/1' }], times: 3 })
    await arm({ operation: '*', kind: 'error', status: 500 })
    await call('GET', keysUrl)
    await create()
    await call('GET', keysUrl)
    const [mutate, error] = await armed()
    expect(mutate).toMatchObject({ hits: 2, unapplied: 1, remaining: 1 })
    expect(error).not.toHaveProperty('unapplied')
  })

  // What JavaScript would find, JSON does not have; and an index is one only as RFC 6901 writes it.
  test.each([
    { op: 'remove', path: '/data/1' },
    { op: 'replace', path: '/data/1', value: 5 },
    { op: 'copy', from: '/has_more', path: '/data/2' },
    { op: 'move', from: '/data/0', path: '/data/1' },
    { op: 'test', path: '/has_more', value: true },
  ])('%j leaves the one key of the list as it is', async (step) => {
    const { arm, call } = await startFaulty()
    const before = (await call('GET', keysUrl)).body
    await arm({ operation: 'admin-api-keys-list', kind: 'json_patch', patch: [step, { op: 'remove', path: '/data' }] })
    const { data, ...rest } = (await call('GET', keysUrl)).body
    expect({ ...rest, ids: data.map(({ id }: { id: string }) => id) }).toEqual({
      object: 'list',
      first_id: before.first_id,
      last_id: before.last_id,
      has_more: false,
      ids: [before.first_id],
    })
  })
})

describe('a patch', () => {
  test.each([
    [[{ op: 'add', path: '/data/0', value: 'first' }], ['first', 'key_a', 'key_b']],
    [[{ op: 'add', path: '/data/2', value: 'last' }], ['key_a', 'key_b', 'last']],
    [[{ op: 'add', path: '/data/-', value: 'last' }], ['key_a', 'key_b', 'last']],
    [[{ op: 'copy', from: '/data/0', path: '/data/-' }], ['key_a', 'key_b', 'key_a']],
    [[{ op: 'move', from: '/data/0', path: '/data/1' }], ['key_b', 'key_a']],
    [[{ op: 'remove', path: '/data/0' }], ['key_b']],
    [
      [
        { op: 'add', path: '/a~1b~0', value: { c: 1 } },
        { op: 'test', path: '/a~1b~0', value: { c: 1 } },
        { op: 'replace', path: '/data', value: [] },
        { op: 'move', from: '/a~1b~0', path: '/data/-' },
        { op: 'add', path: '/data/0/constructor', value: 2 },
      ],
      [{ c: 1, constructor: 2 }],
    ],
  ])('%j leaves %j', async (patch, expected) => {
    const seed = `keys: [{ id: key_a, name: a, value: ${adminKey} }, { id: key_b, name: b }]`
    const { arm, call } = await startFaulty({ breaksResponses: true, seed })
    await arm({ operation: 'admin-api-keys-list', kind: 'json_patch', patch })
    const { data } = (await call('GET', keysUrl)).body
    expect(data.map((each: { id?: string }) => each.id ?? each)).toEqual(expected)
  })
})

describe('a fault that can never fire, or is none, is refused', () => {
  test.each([
    [{ operation: 'admin-api-keys-update', kind: 'hang' }, '/operation', 'admin-api-keys-list'],
    [{ kind: 'hang' }, '/operation', 'required'],
    [{ operation: '*', kind: 'explode' }, '/kind', 'rate_limit'],
    [{ operation: '*', kind: 'error' }, '/status', 'is required for '],
    [{ operation: '*', kind: 'error', status: 200 }, '/status', '400 to 599'],
    [{ operation: '*', kind: 'error', status: 600 }, '/status', '400 to 599'],
    [{ operation: '*', kind: 'error', status: 500, ms: 5 }, '/ms', 'is not a known field of a fault of kind error'],
    [
      { operation: '*', kind: 'error', status: 500, headers: { 'a b': 'x' } },
      '/headers/a b',
      'must be a header name, got',
    ],
    [
      { operation: '*', kind: 'error', status: 500, headers: { 'content-length': '1' } },
      '/headers/content-length',
      'none of',
    ],
    [{ operation: '*', kind: 'hang', times: 0 }, '/times', 'from 1'],
    [{ operation: '*', kind: 'hang', skip: -1 }, '/skip', 'from 0'],
    [
      { operation: '*', kind: 'hang', foo: 1 },
      '/foo',
      '/foo is not a known field of a fault of kind hang; known fields: operation, match',
    ],
    [{ operation: '*', kind: 'truncated_body', when: 'before' }, '/when', 'after_commit'],
    [
      { operation: '*', kind: 'json_patch', when: 'before', patch: [{ op: 'remove', path: '/x' }] },
      '/when',
      'after_commit',
    ],
    [{ operation: '*', kind: 'json_patch' }, '/patch', 'is required for '],
    [{ operation: '*', kind: 'json_patch', patch: [] }, '/patch', 'JSON Patch'],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'add', path: '/x' }] }, '/patch/0/value', 'is required for '],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'move', path: '/x' }] }, '/patch/0/from', 'is required for '],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: 'x' }] }, '/patch/0/path', 'JSON Pointer'],
    [{ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: '/a~2' }] }, '/patch/0/path', 'JSON Pointer'],
    ...[
      ['*', { op: 'remove', path: '/nothing' }, 'path'],
      ['*', { op: 'remove', path: '/data/00' }, 'path'],
      ['*', { op: 'replace', path: '/data/-', value: 1 }, 'path'],
      ['*', { op: 'replace', path: '/data/100', value: 1 }, 'path'],
      ['*', { op: 'remove', path: '/data/length' }, 'path'],
      ['*', { op: 'test', path: '/toString', value: 1 }, 'path'],
      ['*', { op: 'add', path: '/__proto__', value: {} }, 'path'],
      ['*', { op: 'add', path: '/name/x', value: 1 }, 'path'],
      ['*', { op: 'copy', from: '/constructor', path: '/x' }, 'from'],
      ['*', { op: 'move', from: '/owner', path: '/owner/id' }, 'path'],
      ['admin-api-keys-get', { op: 'remove', path: '/value' }, 'path'],
      ['admin-api-keys-list', { op: 'remove', path: '/deleted' }, 'path'],
    ].map(([operation, step, field]): [object, string, string] => [
      { operation, kind: 'json_patch', patch: [{ op: 'add', path: '/added', value: 1 }, step] },
      `/patch/1/${field}`,
      'would never apply',
    ]),
    [{ operation: '*', kind: 'hang', skip: 1e308 }, '/skip', 'from 0'],
    [{ operation: '*', kind: 'hang', times: 1e308 }, '/times', 'from 1'],
    [{ operation: '*', kind: 'rate_limit', requests: 1e308, per: '1m' }, '/requests', 'from 0'],
    [{ operation: '*', kind: 'hang', match: { key_id: '' } }, '/match/key_id', 'not empty'],
    [{ operation: '*', kind: 'hang', match: { calling_key_id: '' } }, '/match/calling_key_id', 'not empty'],
    [
      { operation: '*', kind: 'hang', match: { header: { 'X-A': '1', 'x-a': '2' } } },
      '/match/header/x-a',
      'header names ignore case',
    ],
    [
      { operation: '*', kind: 'error', status: 500, headers: { 'X-A': '1', 'x-a': '2' } },
      '/headers/x-a',
      'header names ignore case',
    ],
    [
      { operation: '*', kind: 'hang', match: { header: { Authorization: 'Basic x' } } },
      '/match/header/Authorization',
      'Bearer',
    ],
    [{ operation: '*', kind: 'rate_limit', requests: 1 }, '/per', 'is required for '],
    [{ operation: '*', kind: 'rate_limit', requests: 1, per: '1 minute' }, '/per', 'duration'],
    [
      { operation: '*', kind: 'rate_limit', requests: 1, per: '1m', times: 3 },
      '/times',
      'is not a known field of a fault of kind rate_limit',
    ],
    [
      { operation: '*', kind: 'rate_limit', requests: 1, per: '1m', when: 'before' },
      '/when',
      'is not a known field of a fault of kind rate_limit',
    ],
    [{ operation: 'admin-api-keys-list', match: { key_id: 'key_x' }, kind: 'hang' }, '/match/key_id', 'never fire'],
    [
      { operation: '*', match: { key: 'key_x' }, kind: 'hang' },
      '/match/key',
      'is not a known field of a match; known fields: key_id',
    ],
    [{ operation: '*', kind: 'delay' }, '/ms', 'is required for '],
    [{ operation: '*', kind: 'delay', ms: -1 }, '/ms', 'milliseconds'],
  ])('%j', async (fault, param, rule) => {
    const { control, armed } = await startFaulty()
    const { status, body } = await control('POST', '/faults', fault)
    expect([status, body.error.param]).toEqual([400, param])
    expect(body.error.message).toContain(rule)
    expect(await armed()).toEqual([])
  })
})

test('a walk over pages goes on through faults', async () => {
  const testApp = await startFaulty({ seed: ['paging'] })
  await testApp.arm({ operation: 'admin-api-keys-list', kind: 'delay', ms: 1, times: null })
  expect(await walk(testApp, 'limit=50')).toHaveLength(251)
})

test('a fault that is armed for another operation changes nothing', async () => {
  const { arm, call, armed } = await startFaulty()
  await arm({ operation: 'admin-api-keys-delete', kind: 'error', status: 500 })
  expect((await call('GET', keysUrl)).status).toBe(200)
  expect((await armed())[0].hits).toBe(0)
})
