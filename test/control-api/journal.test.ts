import { once } from 'node:events'
import { get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, type TestOptions } from '../support/app.ts'
import { sandboxPath, startControlApp } from '../support/control-app.ts'
import { followStream } from '../support/journal-stream.ts'
import { sendRaw } from '../support/raw-http.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
type Entry = any

/** Starts an app, with a function that lists the journal of a sandbox. */
async function startWithJournal(options: TestOptions = {}) {
  const testApp = await startControlApp(options)
  const listJournal = async (query = '', sandbox = 'default') =>
    (await testApp.control('GET', `/journal${query}`, undefined, sandbox)).body as { data: Entry[]; count: number }
  return { ...testApp, listJournal }
}

test('a journal entry contains the request, the response and their circumstances', async () => {
  const { call, control, listJournal } = await startWithJournal()
  await control('PUT', '/clock', { now: '2099-01-01T00:00:00Z', frozen: true })
  const headers = { 'x-stainless-retry-count': '0', 'x-test': 'a' }
  const created = await call('POST', keysUrl, { rawBody: '{ "name": "ci" }', headers })
  const { data, count } = await listJournal()
  expect(count).toBe(1)
  const [caller] = (await call('GET', keysUrl)).body.data
  const redactedValue = `${created.body.value.slice(0, 8)}...${created.body.value.slice(-3)}`
  expect(data[0]).toEqual({
    id: created.headers['x-request-id'],
    time: '2099-01-01T00:00:00.000Z',
    operation: 'admin-api-keys-create',
    method: 'POST',
    url: keysUrl,
    path: keysUrl,
    query: {},
    headers: expect.objectContaining({
      ...headers,
      authorization: 'Bearer [redacted]',
      'content-type': 'application/json',
    }),
    body: '{ "name": "ci" }',
    json: { name: 'ci' },
    status: 200,
    response_body: created.text.replace(created.body.value, redactedValue),
    response_json: { ...created.body, value: redactedValue },
    calling_key_id: caller.id,
    key_id: created.body.id,
    project_id: null,
    service_account_id: null,
    fault_id: null,
    fault_kind: null,
    // An injected request has no socket.
    delivered: false,
    retry_count: 0,
    since_previous_ms: null,
    duration_ms: expect.any(Number),
    reason: null,
    explanation: expect.stringContaining('did not receive the whole response'),
  })
})

test('rejected requests and unknown URLs are journaled, requests to controls are not', async () => {
  const { call, control, listJournal } = await startWithJournal()
  await call('GET', `${keysUrl}/key_x?a=1&b=2&b=3`)
  await call('GET', keysUrl, { as: 'sk-admin-unknown' })
  await call('GET', '/v1/unknown')
  await call('PATCH', keysUrl)
  await call('POST', keysUrl, { rawBody: '{"name"' })
  await control('GET', '/clock')
  await call('GET', '/health', { as: null })
  const { data } = await listJournal()
  expect(data.map(({ operation, status, path }) => [operation, status, path])).toEqual([
    ['admin-api-keys-get', 404, `${keysUrl}/key_x`],
    ['admin-api-keys-list', 401, keysUrl],
    [null, 404, '/v1/unknown'],
    [null, 405, keysUrl],
    ['admin-api-keys-create', 400, keysUrl],
  ])
  expect(data[0]).toMatchObject({ query: { a: '1', b: ['2', '3'] }, key_id: 'key_x', reason: 'key_unknown; key=key_x' })
  expect(data[1].calling_key_id).toBe(null)
  expect(data[4].body).toBe('{"name"')
})

describe('the body of a rejected request', () => {
  const rejections: [description: string, method: string, url: string, as: string | null, status: number][] = [
    ['without a key', 'POST', keysUrl, null, 401],
    ['with a wrong key', 'POST', keysUrl, 'sk-admin-unknown', 401],
    ['with a project key', 'POST', keysUrl, 'sk-proj-something', 403],
    ['at an unknown URL', 'POST', '/v1/unknown', adminKey, 404],
    ['with a wrong method', 'PUT', keysUrl, adminKey, 405],
    ['with a method that takes no body', 'DELETE', `${keysUrl}/key_x`, adminKey, 404],
  ]

  test.each(rejections)(
    'the body of a request %s is journaled, truncated and redacted',
    async (_description, method, url, as, status) => {
      const { call, listJournal, listen } = await startWithJournal()
      const secret = `sk-admin-${'q'.repeat(40)}`
      const body = { name: secret, more: 'x'.repeat(20_000) }
      expect((await call(method, url, { body, as })).status).toBe(status)
      const headers = { 'content-type': 'application/json', ...(as === null ? {} : { authorization: `Bearer ${as}` }) }
      const origin = await listen()
      await (await fetch(origin + url, { method, headers, body: JSON.stringify(body) })).text()
      const { data } = await listJournal()
      expect(data.map((entry) => entry.status)).toEqual([status, status])
      for (const entry of data) {
        expect(entry.body).toMatch(/^\{"name":"sk-a/)
        expect(entry.body).not.toContain(secret)
        expect(entry.body.length).toBeLessThanOrEqual(16_384)
        expect(entry.body.length).toBeGreaterThan(16_000)
      }
    },
  )

  test('a rejected request gets its response before its body arrives; the body is journaled later, or as null', async () => {
    const { listJournal, listen } = await startWithJournal()
    const { port } = new URL(await listen())
    const head = `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n`
    const sockets = [0, 1].map(() => connect(Number(port), '127.0.0.1'))
    const responses = sockets.map((socket) => once(socket, 'data'))
    for (const socket of sockets) socket.write(head)
    for (const [response] of await Promise.all(responses)) expect(String(response)).toContain('401 Unauthorized')
    expect((await listJournal()).data.map(({ body }) => body)).toEqual([null, null])
    sockets[0]?.write('{"name":"x"}')
    sockets[1]?.destroy()
    await expect.poll(async () => (await listJournal()).data.map(({ body }) => body)).toContain('{"name":"x"}')
    expect((await listJournal()).data.map(({ body }) => body)).toContain(null)
    // The connection still works.
    const nextResponse = once(sockets[0] as Socket, 'data')
    sockets[0]?.write(`GET ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`)
    expect(String((await nextResponse)[0])).toContain('200 OK')
    sockets[0]?.destroy()
  })

  test('bodies of rejected requests count towards the size limit of the journal', async () => {
    const { call, listJournal } = await startWithJournal()
    for (let n = 0; n < 400; n++) {
      await call('POST', keysUrl, { body: { name: 'x'.repeat(40_000) }, as: null })
    }
    expect((await listJournal('?limit=0')).count).toBeLessThan(500)
  })
})

test('a request to a URL with a trailing slash is journaled without operation and key id', async () => {
  const { call, listJournal } = await startWithJournal()
  await call('GET', `${keysUrl}/`)
  await call('DELETE', `${keysUrl}/key_x/`)
  const { data } = await listJournal()
  expect(data.map(({ operation, key_id, status }) => [operation, key_id, status])).toEqual([
    [null, null, 404],
    [null, null, 404],
  ])
})

describe('`json` and `response_json`', () => {
  const list = async (rawBody: string, as = adminKey) => {
    const { call, listJournal } = await startWithJournal({ seed: 'behavior: { auth: any }' })
    await call('POST', keysUrl, { rawBody, as })
    return (await listJournal()).data[0]
  }

  test.each<[string, string, unknown]>([
    ['an object', '{"name":"ü","n":[1,null,{"a":true}]}', { name: 'ü', n: [1, null, { a: true }] }],
    ['a number', '12', 12],
    ['no JSON', '{"name":', null],
    ['an empty body', '', null],
    ['a truncated number', '1'.repeat(16_385), null],
    ['an object with spaces after the first 16 KB', `{"name":"x"}${' '.repeat(17_000)}`, null],
    ['an object that ends at 16 KB', `{"name":"${'x'.repeat(16_373)}"}`, { name: 'x'.repeat(16_373) }],
    ['1,000 levels', `${'['.repeat(1000)}${']'.repeat(1000)}`, expect.any(Array)],
    ['1,001 levels', `${'['.repeat(1001)}${']'.repeat(1001)}`, null],
    ['16,000 levels', '['.repeat(8000) + ']'.repeat(8000), null],
  ])('%s is parsed, or null', async (_description, rawBody, expected) => {
    const { json, response_json, response_body } = await list(rawBody)
    expect(json).toEqual(expected)
    expect(response_json).toEqual(response_body.length < 16_384 ? JSON.parse(response_body) : null)
  })

  test('secrets are redacted', async () => {
    const secret = `sk-admin-${'q'.repeat(40)}`
    const { json } = await list(JSON.stringify({ name: secret, [secret]: 'hunter2-hunter2' }), 'hunter2-hunter2')
    expect(json).toEqual({ name: 'sk-admin...qqq', 'sk-admin...qqq': '[redacted]' })
  })

  test('are null for a response that a fault makes invalid', async () => {
    const { call, control, listJournal } = await startWithJournal({ breaksResponses: true })
    await control('POST', '/faults', { operation: 'list', kind: 'malformed_json' })
    await call('GET', keysUrl).catch(() => {})
    expect((await listJournal()).data).toMatchObject([{ json: null, response_json: null, status: 200 }])
  })
})

test('a request is journaled in its sandbox only, with a path without the sandbox prefix', async () => {
  const { call, listJournal } = await startWithJournal()
  await call('GET', sandboxPath('a', keysUrl))
  expect((await listJournal()).data).toEqual([])
  expect((await listJournal('', 'a')).data[0]).toMatchObject({ url: `/sandbox/a${keysUrl}`, path: keysUrl })
})

describe('journal filters', () => {
  test('`count` is the number of entries that match every filter', async () => {
    const { call, create, listJournal } = await startWithJournal()
    const key = await create({ name: 'x' })
    await call('GET', `${keysUrl}/${key.id}`, { as: key.value })
    await call('GET', `${keysUrl}/key_x`)
    await call('DELETE', `${keysUrl}/${key.id}`)
    const count = async (query: string) => (await listJournal(query)).count
    expect(await count('?operation=admin-api-keys-get')).toBe(2)
    expect(await count('?status=404')).toBe(1)
    expect(await count('?status=2xx')).toBe(3)
    expect(await count('?method=delete')).toBe(1)
    expect(await count(`?path=${keysUrl}`)).toBe(1)
    expect(await count(`?key_id=${key.id}`)).toBe(3)
    expect(await count(`?calling_key_id=${key.id}`)).toBe(1)
    // Injected requests have no socket.
    expect(await count('?delivered=false')).toBe(4)
    expect(await count('?fault_id=fault_1')).toBe(0)
    expect(await count(`?key_id=${key.id}&method=GET`)).toBe(1)
  })

  test('`filter` selects by a part of the path, the operation, an id or the reason, in a list and in a stream', async () => {
    const { call, control, listJournal, listen } = await startWithJournal()
    const url = await listen()
    const stream = await followStream(url, '?filter=key_UNKNOWN')
    await control('POST', '/faults', { operation: 'create', kind: 'error', status: 500 })
    await call('POST', keysUrl, { body: { name: 'x' } })
    const { id } = (await call('POST', keysUrl, { body: { name: 'x' } })).body
    await fetch(`${url}${keysUrl}/key_missing`, { headers: { authorization: `Bearer ${adminKey}` } })
    const select = async (filter: string) =>
      (await listJournal(`?${new URLSearchParams({ filter })}`)).data.map(({ status }) => status)
    expect(await select('')).toEqual([500, 200, 404])
    expect(await select('Admin-Api-Keys-CREATE')).toEqual([500, 200])
    expect(await select('fault_1')).toEqual([500])
    expect(await select(id.slice(2))).toEqual([200])
    expect(await select('key_missing')).toEqual([404])
    expect(await select('/organization/')).toHaveLength(3)
    expect(await select('key_unknown')).toEqual([404])
    expect(await select('"name"')).toEqual([])
    expect((await listJournal('?filter=keys&status=404')).count).toBe(1)
    // The reason is known when the response is.
    await expect.poll(() => stream.dataOf('update')).toMatchObject([{ key_id: 'key_missing' }])
    expect(stream.dataOf('entry')).toEqual([])
  })

  test('the filter operation=null selects unknown routes, and an unknown operation is rejected', async () => {
    const { call, control, listJournal } = await startWithJournal()
    await call('GET', '/v1/nothing')
    expect((await listJournal('?operation=admin-api-keys-list')).count).toBe(0)
    expect((await listJournal('?operation=null')).data).toMatchObject([{ operation: null, path: '/v1/nothing' }])
    const { body } = await control('GET', '/journal?operation=list')
    expect(body.error.message).toMatch(/one of admin-api-keys-list, .*listModels, or null .*"list"/)
  })

  test('a repeated parameter is rejected with its values, an unknown one with the available parameters', async () => {
    const { control } = await startWithJournal()
    const message = async (path: string) => (await control('GET', path)).body.error.message
    expect(await message('/journal?limit=1&limit=2')).toBe(`'limit' must be given once, got "1, 2"`)
    const parameters =
      'operation, status, method, path, key_id, project_id, service_account_id, calling_key_id, fault_id, delivered, filter, since'
    expect(await message('/journal?foo=1')).toBe(
      `Unknown query parameter 'foo'. Available parameters: ${parameters}, limit`,
    )
    expect(await message('/journal/stream?foo=1')).toBe(
      `Unknown query parameter 'foo'. Available parameters: ${parameters}`,
    )
  })

  test('`since` and `limit` paginate the journal', async () => {
    const { call, listJournal } = await startWithJournal()
    for (let n = 0; n < 5; n++) await call('GET', `${keysUrl}/key_${n}`)
    const paths = ({ data }: { data: Entry[] }) => data.map(({ path }) => path.at(-1))
    const all = await listJournal()
    expect(paths(await listJournal('?limit=2'))).toEqual(['3', '4'])
    const since = `?since=${all.data[1].id}`
    expect(paths(await listJournal(since))).toEqual(['2', '3', '4'])
    expect(await listJournal(`${since}&limit=1`)).toMatchObject({ count: 3, data: [{ path: `${keysUrl}/key_2` }] })
    expect(paths(await listJournal('?since=req_unknown&limit=2'))).toEqual(['3', '4'])
  })

  test.each([
    ['?operation=admin-api-keys-lsit', 'operation'],
    ['?operation=*', 'operation'],
    ['?operation=', 'operation'],
    ['?status=9xx', 'status'],
    ['?status=20', 'status'],
    ['?delivered=yes', 'delivered'],
    ['?limit=-1', 'limit'],
    ['?limit=1&limit=2', 'limit'],
    ['?operations=x', 'operations'],
    ['?constructor=x', 'constructor'],
    ['?__proto__=x', '__proto__'],
    ['?delivered=constructor', 'delivered'],
  ])('the query %s is rejected with param %s', async (query, param) => {
    const { control } = await startWithJournal()
    for (const path of ['/journal', '/journal/stream']) {
      const response = await control('GET', path + query)
      expect([response.status, response.body.error.param]).toEqual([400, param])
    }
  })
})

describe('retries in the journal', () => {
  test('`since_previous_ms` is set for the next attempt of the same method, URL and body', async () => {
    const { call, listJournal } = await startWithJournal()
    const attempt = (count: number, body: object) =>
      call('POST', keysUrl, { body, headers: { 'x-stainless-retry-count': String(count) } })
    await attempt(0, { name: 'a' })
    await attempt(0, { name: 'b' })
    await sleep(40)
    await attempt(1, { name: 'a' })
    await attempt(2, { name: 'b' })
    const pauses = (await listJournal()).data.map(({ since_previous_ms }) => since_previous_ms)
    expect(pauses[0]).toBe(null)
    expect(pauses[1]).toBe(null)
    expect(pauses[2]).toBeGreaterThan(35)
    expect(pauses[3]).toBe(null)
  })
})

describe('journal limits', () => {
  test('only the newest entries are kept, up to the configured number', async () => {
    const { call, listJournal } = await startWithJournal({ journal: 3 })
    for (let n = 0; n < 5; n++) await call('GET', `${keysUrl}/key_${n}`)
    expect((await listJournal()).data.map(({ key_id }) => key_id)).toEqual(['key_2', 'key_3', 'key_4'])
    const disabled = await startWithJournal({ journal: 0 })
    await disabled.call('GET', keysUrl)
    expect(await disabled.listJournal()).toEqual({ data: [], count: 0 })
  })

  test('bodies are truncated to 16 KB, and old entries are dropped so that all bodies stay within 8 MB', async () => {
    const { call, listJournal } = await startWithJournal()
    await call('POST', keysUrl, { body: { name: 'x'.repeat(100_000) } })
    const [{ body, response_body }] = (await listJournal()).data
    expect([body.length, response_body.length]).toEqual([16_384, 16_384])
    for (let n = 0; n < 400; n++) await call('POST', keysUrl, { body: { name: 'x'.repeat(20_000) } })
    const { count } = await listJournal('?limit=0')
    expect(count).toBeLessThan(260)
    expect(count).toBeGreaterThan(200)
  })

  test('characters outside Latin-1 count as the two bytes that they take', async () => {
    const { call, listJournal } = await startWithJournal()
    for (let n = 0; n < 200; n++) await call('POST', keysUrl, { body: { name: '世'.repeat(16_000) } })
    const { count } = await listJournal('?limit=0')
    expect(count).toBeLessThan(130)
    expect(count).toBeGreaterThan(100)
  })

  test('beyond the limit of all journals together, the oldest entries of the largest journal are dropped', async () => {
    const { call, control, listJournal } = await startWithJournal({ maxJournalBytes: 1024 * 1024 })
    const send = async (sandbox: string, count: number) => {
      const url = sandboxPath(sandbox, keysUrl)
      for (let n = 0; n < count; n++) await call('POST', url, { body: { name: 'x'.repeat(16_000) } })
    }
    await send('small', 5)
    await send('large', 60)
    const [small, large] = [await listJournal('', 'small'), await listJournal('', 'large')]
    expect(small.count).toBe(5)
    expect([large.count > 20, large.count < 30]).toEqual([true, true])
    await control('DELETE', '/sandboxes/large')
    await send('small', 20)
    expect((await listJournal('', 'small')).count).toBe(25)
  })

  test('a key that crosses the truncation limit of a body leaves no part of its value', async () => {
    const { call, create, listJournal } = await startWithJournal()
    const { value } = await create()
    for (let cut = 8; cut <= value.length; cut += 12) {
      await call('POST', keysUrl, { rawBody: 'x'.repeat(16_384 - cut) + value + 'x'.repeat(2000) })
    }
    for (const { body } of (await listJournal()).data.slice(1)) {
      expect(body.length).toBeLessThanOrEqual(16_384)
      expect(body.replace(/^x+/, '')).not.toContain(value.slice(0, 9))
    }
  })

  test('a repeated query parameter lists all its values in order', async () => {
    const { call, listJournal } = await startWithJournal()
    await call('GET', `${keysUrl}?a=1&b=x&a=2&a=3`)
    expect((await listJournal()).data[0].query).toEqual({ a: ['1', '2', '3'], b: 'x' })
  })

  test('the journal is emptied by DELETE /journal and by a reset that includes it', async () => {
    const { call, control, listJournal } = await startWithJournal()
    await call('GET', keysUrl)
    expect((await control('DELETE', '/journal')).body).toEqual({ deleted: 1 })
    await call('GET', keysUrl)
    await control('POST', '/reset', { only: ['clock'] })
    expect((await listJournal()).count).toBe(1)
    await control('POST', '/reset')
    expect((await listJournal()).count).toBe(0)
  })
})

describe('the journal stream', () => {
  test('the stream sends new entries that match the filters, after those since a given one', async () => {
    const { listen, listJournal } = await startWithJournal()
    const url = await listen()
    const getKey = (id: string) => fetch(`${url}${keysUrl}/${id}`, { headers: { authorization: `Bearer ${adminKey}` } })
    for (const id of ['key_0', 'key_1', 'key_2']) await (await getKey(id)).text()
    const { data } = await listJournal()
    const unfiltered = await followStream(url)
    const sinceFirst = await followStream(url, `?since=${data[0].id}&status=4xx`)
    const successes = await followStream(url, '?status=2xx')
    await (await getKey('key_3')).text()
    expect((await listJournal('?delivered=true')).count).toBe(4)
    const sent = ({ events }: typeof unfiltered) => events.map(({ event, data }) => [event, data.key_id])
    await expect
      .poll(() => sent(sinceFirst))
      .toEqual([
        ['entry', 'key_1'],
        ['entry', 'key_2'],
        ['update', 'key_3'],
      ])
    const entries = unfiltered.events.filter(({ event }) => event !== 'changed')
    expect(entries.map(({ event, data }) => [event, data.key_id, data.delivered])).toEqual([
      ['entry', 'key_3', null],
      ['update', 'key_3', true],
    ])
    expect(successes.events).toEqual([])
  })

  test.each([
    ['during a delay', '', [{ operation: 'list', kind: 'delay', ms: 300 }], 200],
    ['before its body is complete', `content-type: application/json\r\ncontent-length: 12\r\n`, [], 400],
  ])(
    'the stream sends the request of a client that closes the connection %s',
    async (_when, bodyHeaders, faults, status) => {
      const { control, listen, listJournal } = await startWithJournal()
      for (const fault of faults) await control('POST', '/faults', fault)
      const url = await listen()
      const { dataOf } = await followStream(url)
      const method = bodyHeaders === '' ? 'GET' : 'POST'
      const head = `${method} ${keysUrl} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminKey}\r\n${bodyHeaders}\r\n`
      await sendRaw(url, head, { timeoutMs: 100 })
      await expect.poll(() => dataOf('update')).toMatchObject([{ status, delivered: false }])
      expect((await listJournal()).data).toEqual(dataOf('update'))
    },
  )

  test('the stream does not complete an entry that was cleared while its request was pending', async () => {
    const { listen, control, listJournal } = await startWithJournal()
    const url = await listen()
    const { dataOf } = await followStream(url)
    await control('POST', '/faults', { operation: 'list', kind: 'hang' })
    const list = (signal?: AbortSignal) =>
      fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` }, ...(signal && { signal }) })
    const abort = new AbortController()
    const hanging = list(abort.signal).catch(() => {})
    await expect.poll(async () => (await listJournal()).count).toBe(1)
    await control('DELETE', '/journal')
    abort.abort()
    await hanging
    await sleep(100)
    await (await list()).text()
    await expect.poll(() => dataOf('update').map(({ status }) => status)).toEqual([200])
  })

  test('the stream rejects `limit`', async () => {
    const { control } = await startWithJournal()
    const { status, body } = await control('GET', '/journal/stream?limit=5')
    expect([status, body.error.param]).toEqual([400, 'limit'])
    expect(body.error.message).toBe(`'limit' must be absent: a stream has no end, got "5"`)
  })

  test('the stream sends a comment regularly, so that an idle one is not closed', async () => {
    const { listen } = await startWithJournal({ heartbeatInterval: 20 })
    const stream = await fetch(`${await listen()}/_emulator/journal/stream`)
    let text = ''
    for await (const chunk of stream.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk).toString()
      if (text.length > 40) break
    }
    expect(text).toMatch(/^: journal\n\n(: heartbeat\n\n){2,}$/)
  })

  test('an open stream does not delay closing the server', async () => {
    const { listen, app } = await startWithJournal()
    const { closed } = await followStream(await listen())
    const startedAt = performance.now()
    await app.close()
    await closed
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('a stream that its client does not read is dropped and blocks no requests', async () => {
    const { listen, call } = await startWithJournal()
    const url = await listen()
    const stalled = get(`${url}/_emulator/journal/stream`, (response) => response.pause())
    stalled.on('error', () => {})
    const dropped = new Promise((resolve) => stalled.once('close', resolve))
    await sleep(100)
    for (let n = 0; n < 600; n++) await call('POST', keysUrl, { body: { name: 'x'.repeat(16_000) } })
    stalled.destroy()
    await dropped
    expect((await call('GET', keysUrl)).status).toBe(200)
  })
})

test('neither the journal nor its stream nor an exported state contains a secret', async () => {
  const { listen, call, control, create, listJournal, app } = await startWithJournal({
    seed: 'keys: [{ name: s, value: sk-admin-seeded-secret }]',
  })
  const url = await listen()
  const stream = await followStream(url)
  const key = await create({ name: 'a' })
  const secrets = [
    key.value,
    'sk-admin-seeded-secret',
    'sk-admin-local',
    `sk-proj-${'q'.repeat(40)}`,
    'a token with blanks',
  ]
  for (const secret of secrets) {
    await call('GET', `${keysUrl}/${encodeURIComponent(secret)}?after=${encodeURIComponent(secret)}`, {
      as: secret,
      headers: { 'x-other': secret, cookie: `k=${secret}` },
    })
    await call('POST', keysUrl, { body: { name: secret }, as: secret })
    await sendRaw(
      url,
      `GET /v1/%73${secret.slice(1).replaceAll(' ', '%20')} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${secret}\r\n\r\n`,
    )
  }
  await control('PUT', '/snapshots/s')
  await sleep(100)
  const journal = JSON.stringify(await listJournal())
  const streamText = JSON.stringify(stream.events)
  for (const text of [journal, streamText]) {
    for (const secret of secrets) {
      expect(text, secret).not.toContain(secret)
      expect(decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')), secret).not.toContain(secret)
    }
    expect(text).not.toContain(key.value.slice(20, 60))
  }
  expect((await listJournal()).count).toBe(16)
  const state = (await control('GET', '/state')).text
  for (const secret of secrets.filter((each) => each.startsWith('sk-') && each.length > 20))
    expect(state).not.toContain(secret)
  expect(state).not.toContain(key.value.slice(20, 60))
  await app.close()
})
