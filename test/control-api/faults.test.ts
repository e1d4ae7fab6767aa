import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, walk } from '../support/app.ts'
import { startServerWithFaults, startWithFaults } from '../support/faults.ts'
import { sendRaw } from '../support/raw-http.ts'

const get = `GET ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`
const post = (body: string) =>
  `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

describe('error faults', () => {
  test.each([
    [401, 'invalid_request_error', 'invalid_api_key', /^Incorrect API key provided: sk-admin\*\*ocal/],
    [403, 'invalid_request_error', null, /^You have insufficient permissions.*api\.management\.read/],
    [404, 'invalid_request_error', 'not_found', /^The admin API key key_x was not found$/],
    [408, 'invalid_request_error', null, /./],
    [409, 'invalid_request_error', null, /./],
    [422, 'invalid_request_error', null, /./],
    [429, 'requests', 'rate_limit_exceeded', /^Rate limit reached for requests\. Please try again later\.$/],
    [500, 'server_error', null, /^The server had an error while processing your request\. Sorry about that!$/],
    [503, 'server_error', null, /./],
  ])('an error fault with status %i sends the error of the API', async (status, type, code, message) => {
    const { addFault, call } = await startWithFaults()
    const id = await addFault({ operation: 'admin-api-keys-get', kind: 'error', status })
    const response = await call('GET', `${keysUrl}/key_x`)
    expect(response.status).toBe(status)
    expect(response.body.error).toEqual({ message: expect.stringMatching(message), type, param: null, code })
    expect(response.headers['x-emulator-reason']).toBe(`fault; fault=${id}; kind=error; when=before`)
    expect((await call('GET', `${keysUrl}/key_x`)).headers['x-emulator-reason']).toBe('key_unknown; key=key_x')
  })

  test('an error fault sends the configured message, type, code, param and headers', async () => {
    const { addFault, call } = await startWithFaults()
    const overrides = { message: 'No.', type: 'custom', code: null, param: 'x' }
    await addFault({ operation: '*', kind: 'error', status: 418, ...overrides, headers: { 'Retry-After-Ms': '1' } })
    const { status, headers, body } = await call('GET', keysUrl)
    expect([status, body.error, headers['retry-after-ms']]).toEqual([418, overrides, '1'])
  })

  test('an error fault prevents the operation with `before`, and lets it happen with `after_commit`', async () => {
    const { addFault, call } = await startWithFaults()
    const create = () => call('POST', keysUrl, { body: { name: 'x' } })
    const count = async () => (await call('GET', keysUrl)).body.data.length
    await addFault({ operation: 'admin-api-keys-create', kind: 'error', status: 500 })
    expect((await create()).status).toBe(500)
    expect(await count()).toBe(1)
    await addFault({ operation: 'admin-api-keys-create', kind: 'error', status: 500, when: 'after_commit' })
    expect((await create()).status).toBe(500)
    expect(await count()).toBe(2)
  })

  test('a fault fires after authentication and routing, and before the body is validated', async () => {
    const { addFault, call, listFaults } = await startWithFaults()
    await addFault({ operation: '*', kind: 'error', status: 503 })
    expect((await call('GET', keysUrl, { as: 'sk-admin-unknown' })).status).toBe(401)
    expect((await call('GET', '/v1/unknown')).status).toBe(404)
    expect((await listFaults())[0].hits).toBe(0)
    expect((await call('POST', keysUrl, { rawBody: 'no json' })).status).toBe(503)
  })

  test('an after_commit fault does not fire for a request that fails by itself', async () => {
    const { addFault, call, listFaults } = await startWithFaults()
    await addFault({ operation: '*', kind: 'error', status: 503, when: 'after_commit' })
    expect((await call('GET', `${keysUrl}/key_x`)).status).toBe(404)
    expect((await listFaults())[0].hits).toBe(0)
  })
})

describe('matching requests', () => {
  test('a fault skips and fires exactly as often as configured under 64 concurrent requests', async () => {
    const { addFault, listen, listFaults } = await startWithFaults()
    const url = await listen()
    await addFault({ operation: '*', kind: 'error', status: 503, times: 10, skip: 5 })
    const statuses = await Promise.all(
      Array.from({ length: 64 }, async () => {
        const response = await fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })
        await response.text()
        return response.status
      }),
    )
    expect(statuses.filter((status) => status === 503)).toHaveLength(10)
    expect((await listFaults())[0]).toMatchObject({ hits: 10, remaining: 0 })
  })

  test('the first fault that matches fires, without limit if `times` is null', async () => {
    const { addFault, call, create, listFaults } = await startWithFaults()
    const [one, two] = [await create({ name: 'one' }), await create({ name: 'two' })]
    await addFault({
      operation: 'admin-api-keys-get',
      match: { key_id: one.id },
      kind: 'error',
      status: 500,
      times: null,
    })
    await addFault({ operation: '*', match: { calling_key_id: two.id }, kind: 'error', status: 501 })
    await addFault({ operation: '*', match: { header: { 'X-Test': 'yes' } }, kind: 'error', status: 502 })
    expect((await call('GET', `${keysUrl}/${two.id}`)).status).toBe(200)
    for (let n = 0; n < 3; n++) expect((await call('GET', `${keysUrl}/${one.id}`, { as: two.value })).status).toBe(500)
    expect((await call('GET', keysUrl, { as: two.value })).status).toBe(501)
    expect((await call('GET', keysUrl, { headers: { 'x-test': 'no' } })).status).toBe(200)
    expect((await call('GET', keysUrl, { headers: { 'x-test': 'yes' } })).status).toBe(502)
    expect(
      (await listFaults()).map(({ hits, remaining }: { hits: number; remaining: number }) => [hits, remaining]),
    ).toEqual([
      [3, null],
      [1, 0],
      [1, 0],
    ])
  })

  test('a fault that fires after the commit matches the key that the operation has created', async () => {
    const options = { randomSeed: 1, breaksResponses: true }
    const { id } = await (await startWithFaults(options)).create()
    const { addFault, call, listFaults } = await startWithFaults(options)
    const fault = { operation: 'create', match: { key_id: id } }
    await addFault({ ...fault, kind: 'error', status: 503, when: 'after_commit' })
    await addFault({ ...fault, kind: 'malformed_json' })
    expect((await call('POST', keysUrl, { body: { name: 'a key' } })).status).toBe(503)
    expect((await call('POST', keysUrl, { body: { name: 'another key' } })).status).toBe(200)
    expect((await listFaults()).map(({ hits }: { hits: number }) => hits)).toEqual([1, 0])
  })

  test('a fault applies only to its own sandbox', async () => {
    const { addFault, call } = await startWithFaults()
    await addFault({ operation: '*', kind: 'error', status: 503, times: null }, 'a')
    expect((await call('GET', keysUrl)).status).toBe(200)
    expect((await call('GET', `/sandbox/a${keysUrl}`)).status).toBe(503)
  })

  test('a fault no longer fires once it is removed or faults are reset', async () => {
    const { addFault, call, control, listFaults } = await startWithFaults()
    const fault = { operation: '*', kind: 'error', status: 503, times: null }
    const id = await addFault(fault)
    expect((await control('DELETE', `/faults/${id}`)).body).toEqual({ deleted: [id] })
    expect((await control('DELETE', `/faults/${id}`)).status).toBe(404)
    await addFault(fault)
    await control('DELETE', '/faults')
    await addFault(fault)
    await control('POST', '/reset', { only: ['faults'] })
    expect([(await call('GET', keysUrl)).status, await listFaults()]).toEqual([200, []])
  })

  test('a fault does not fire for another operation', async () => {
    const { addFault, call, listFaults } = await startWithFaults()
    await addFault({ operation: 'admin-api-keys-delete', kind: 'error', status: 500 })
    expect((await call('GET', keysUrl)).status).toBe(200)
    expect((await listFaults())[0].hits).toBe(0)
  })

  test('a fault accepts the short name of an operation and is listed with its operationId', async () => {
    const { addFault, call, create, listFaults } = await startWithFaults()
    const { id } = await create()
    for (const operation of ['list', 'create', 'get', 'delete']) {
      await addFault({ operation, kind: 'error', status: 503 })
    }
    const operations = (await listFaults()).map(({ operation }: { operation: string }) => operation)
    expect(operations).toEqual([
      'admin-api-keys-list',
      'admin-api-keys-create',
      'admin-api-keys-get',
      'admin-api-keys-delete',
    ])
    const send = {
      list: () => call('GET', keysUrl),
      create: () => call('POST', keysUrl, { body: { name: 'x' } }),
      get: () => call('GET', `${keysUrl}/${id}`),
      delete: () => call('DELETE', `${keysUrl}/${id}`),
    }
    for (const request of Object.values(send)) expect((await request()).status).toBe(503)
    for (const request of Object.values(send)) expect((await request()).status).toBe(200)
    expect((await listFaults()).map(({ hits }: { hits: number }) => hits)).toEqual([1, 1, 1, 1])
  })
})

describe('rate_limit faults', () => {
  test('a rate_limit fault rejects excess requests per window of the sandbox clock', async () => {
    const { addFault, call, control, listFaults } = await startWithFaults()
    await control('PUT', '/clock', { now: 1_767_225_600, frozen: true })
    await addFault({ operation: '*', kind: 'rate_limit', requests: 2, per: '1m' })
    const statuses = async (count: number) => {
      const received = []
      for (let n = 0; n < count; n++) received.push((await call('GET', keysUrl)).status)
      return received
    }
    expect(await statuses(4)).toEqual([200, 200, 429, 429])
    await control('PUT', '/clock', { advance: '59s' })
    expect(await statuses(1)).toEqual([429])
    await control('PUT', '/clock', { advance: '1s' })
    expect(await statuses(3)).toEqual([200, 200, 429])
    expect((await listFaults())[0]).toMatchObject({ hits: 4, remaining: null, per: '1m' })
    await control('PUT', '/clock', { advance: '-1h' })
    expect(await statuses(1)).toEqual([200])
  })

  test('a request that exceeds one rate limit does not count against the limits after it', async () => {
    const { addFault, call, control, listFaults } = await startWithFaults()
    await control('PUT', '/clock', { now: 1_767_225_600, frozen: true })
    await addFault({ operation: 'list', kind: 'rate_limit', requests: 1, per: '1h' })
    await addFault({ operation: '*', kind: 'rate_limit', requests: 3, per: '1h' })
    for (const status of [200, 429, 429, 429, 429]) expect((await call('GET', keysUrl)).status).toBe(status)
    expect((await call('GET', `${keysUrl}/key_x`)).status).toBe(404)
    expect((await listFaults()).map(({ hits }: { hits: number }) => hits)).toEqual([4, 0])
  })
})

describe('delay and hang faults', () => {
  test('after a delay the next fault or the operation runs, even if the client has disconnected', async () => {
    const { addFault, url, call } = await startServerWithFaults()
    await addFault({ operation: 'admin-api-keys-create', kind: 'delay', ms: 150, times: 2 })
    await addFault({ operation: 'admin-api-keys-create', kind: 'error', status: 503 })
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    const startedAt = performance.now()
    expect((await fetch(url + keysUrl, { method: 'POST', headers, body: '{"name":"a"}' })).status).toBe(503)
    expect(performance.now() - startedAt).toBeGreaterThan(140)
    const signal = AbortSignal.timeout(60)
    await expect(fetch(url + keysUrl, { method: 'POST', headers, body: '{"name":"late"}', signal })).rejects.toThrow()
    await expect.poll(async () => (await call('GET', keysUrl)).body.data.length, { timeout: 3000 }).toBe(2)
  })

  test('hanging and delayed requests do not block others and are aborted by a reset', async () => {
    const { addFault, url, call, control } = await startServerWithFaults()
    await addFault({ operation: 'admin-api-keys-list', kind: 'hang' })
    await addFault({ operation: 'admin-api-keys-create', kind: 'delay', ms: 30_000 })
    const responses = [sendRaw(url, get, { quietMs: 5000 }), sendRaw(url, post('{"name":"x"}'), { quietMs: 5000 })]
    await sleep(100)
    expect((await call('GET', keysUrl)).status).toBe(200)
    const startedAt = performance.now()
    expect((await control('POST', '/reset')).status).toBe(200)
    for (const response of responses) expect(await response.catch(() => '')).toBe('')
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
  })

  test('a hanging request does not delay closing the server', async () => {
    const { addFault, url, app } = await startServerWithFaults()
    await addFault({ operation: '*', kind: 'hang' })
    const response = sendRaw(url, get, { quietMs: 5000 }).catch(() => '')
    await sleep(100)
    const startedAt = performance.now()
    await app.close()
    expect(performance.now() - startedAt).toBeLessThan(1000)
    expect(await response).toBe('')
  })

  test('pagination continues through delays', async () => {
    const testApp = await startWithFaults({ seed: ['paging'] })
    await testApp.addFault({ operation: 'admin-api-keys-list', kind: 'delay', ms: 1, times: null })
    expect(await walk(testApp, 'limit=50')).toHaveLength(251)
  })
})

const readRaw = (response: string) => {
  const [head = '', text = ''] = response.split('\r\n\r\n', 2)
  return { status: Number(head.split(' ')[1]), headers: `${head.toLowerCase()}\r\n`, text }
}

const fetchList = (url: string) => fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })

describe('faults that break the connection or the body', () => {
  test('a connection_reset fault resets the connection', async () => {
    const { addFault, url } = await startServerWithFaults()
    await addFault({ operation: '*', kind: 'connection_reset' })
    await expect(sendRaw(url, get)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('an empty_response fault closes the connection without sending a byte', async () => {
    const { addFault, url } = await startServerWithFaults()
    await addFault({ operation: '*', kind: 'empty_response', times: 2 })
    expect(await sendRaw(url, get)).toBe('')
    expect(await sendRaw(url, post('{"name":"x"}'))).toBe('')
  })

  test('a sandbox has at most 1,000 faults, and used-up faults do not delay a request', async () => {
    const { addFault, call, control } = await startWithFaults()
    const fault = { operation: 'list', kind: 'error', status: 500 }
    for (let n = 0; n < 1000; n++) await addFault(fault)
    const { status, body } = await control('POST', '/faults', fault)
    expect([status, body.error.code]).toEqual([409, 'fault_limit'])
    for (let n = 0; n < 1000; n++) expect((await call('GET', keysUrl)).status).toBe(500)
    expect((await call('GET', keysUrl)).status).toBe(200)
    await control('DELETE', '/faults')
    await addFault(fault)
    expect((await call('GET', keysUrl)).status).toBe(500)
  })

  test('the faults of a sandbox have at most 4 MiB of JSON together', async () => {
    const { addFault, control } = await startWithFaults()
    const fault = { operation: 'list', kind: 'error', status: 500, message: 'x'.repeat(1_000_000) }
    for (let n = 0; n < 4; n++) await addFault(fault)
    const { status, body } = await control('POST', '/faults', fault)
    expect([status, body.error.code]).toEqual([409, 'fault_limit'])
    await addFault({ ...fault, message: 'short' })
    await control('DELETE', '/faults/fault_2')
    await addFault(fault)
    expect((await control('GET', '/faults')).body.data).toHaveLength(5)
  })

  test('a truncated_body fault sends half of the declared content length', async () => {
    const { addFault, url } = await startServerWithFaults()
    await addFault({ operation: '*', kind: 'truncated_body' })
    const { status, headers, text } = readRaw(await sendRaw(url, get))
    expect(status).toBe(200)
    expect(headers).toContain('content-type: application/json\r\n')
    expect(headers).toContain('x-request-id: req_')
    const length = Number(/content-length: (\d+)/.exec(headers)?.[1])
    expect(text.length).toBe(Math.floor(length / 2))
    expect((await fetchList(url)).status).toBe(200)
  })

  test('the journal shows the half of the body that a truncated_body fault sends', async () => {
    const { addFault, create, url, control } = await startServerWithFaults({ breaksResponses: true })
    const { id } = await create({ name: 'é'.repeat(200) })
    await addFault({ operation: 'get', kind: 'truncated_body' })
    const { text } = readRaw(await sendRaw(url, get.replace(keysUrl, `${keysUrl}/${id}`)))
    const { data } = (await control('GET', '/journal?operation=admin-api-keys-get')).body
    expect(data[0].response_body).toBe(Buffer.from(text, 'latin1').toString('utf8'))
  })

  test('a malformed_json fault sends a complete body that is not JSON', async () => {
    const { addFault, url } = await startServerWithFaults({ breaksResponses: true })
    await addFault({ operation: '*', kind: 'malformed_json' })
    const response = await fetchList(url)
    expect(response.status).toBe(200)
    await expect(response.json()).rejects.toThrow(SyntaxError)
  })

  test('with after_commit the key is created although the response is broken', async () => {
    const { addFault, url, call } = await startServerWithFaults({ breaksResponses: true })
    for (const kind of ['connection_reset', 'empty_response', 'truncated_body', 'malformed_json']) {
      await addFault({ operation: 'admin-api-keys-create', when: 'after_commit', kind })
      await sendRaw(url, post(`{"name":"${kind}"}`)).catch(() => {})
    }
    const names = (await call('GET', keysUrl)).body.data.map(({ name }: { name: string }) => name)
    expect(names).toEqual(['Admin key', 'connection_reset', 'empty_response', 'truncated_body', 'malformed_json'])
  })
})
