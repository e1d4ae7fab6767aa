import { once } from 'node:events'
import { get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { at, startControlled } from '../support/control-app.ts'
import { sendRaw } from '../support/raw-http.ts'

// biome-ignore lint/suspicious/noExplicitAny: what tests look into is what they are there to find out
type Entry = any

async function startWatched(options = {}) {
  const testApp = await startControlled(options)
  const requests = async (query = '', sandbox = 'default') =>
    (await testApp.control('GET', `/journal${query}`, undefined, sandbox)).body as { data: Entry[]; count: number }
  return { ...testApp, requests }
}

test('an entry says what was asked and answered', async () => {
  const { call, control, requests } = await startWatched()
  await control('PUT', '/clock', { now: '2099-01-01T00:00:00Z', frozen: true })
  const headers = { 'x-stainless-retry-count': '0', 'x-test': 'a' }
  const created = await call('POST', keysUrl, { rawBody: '{ "name": "ci" }', headers })
  const { data, count } = await requests()
  expect(count).toBe(1)
  const [caller] = (await call('GET', keysUrl)).body.data
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
    status: 200,
    response_body: created.text.replace(
      created.body.value,
      `${created.body.value.slice(0, 8)}...${created.body.value.slice(-3)}`,
    ),
    calling_key_id: caller.id,
    key_id: created.body.id,
    fault_id: null,
    // Inject has no socket to hand bytes to.
    delivered: false,
    retry_count: 0,
    since_previous_ms: null,
    duration_ms: expect.any(Number),
    reason: null,
  })
})

test('refusals and unknown URLs are entries, ours are none', async () => {
  const { call, control, requests } = await startWatched()
  await call('GET', `${keysUrl}/key_x?a=1&b=2&b=3`)
  await call('GET', keysUrl, { as: 'sk-admin-nobody' })
  await call('GET', '/v1/unknown')
  await call('PATCH', keysUrl)
  await call('POST', keysUrl, { rawBody: '{"name"' })
  await control('GET', '/clock')
  await call('GET', '/health', { as: null })
  const { data } = await requests()
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

describe('a body that was refused unread', () => {
  const refusals: [what: string, method: string, url: string, as: string | null, status: number][] = [
    ['without a key', 'POST', keysUrl, null, 401],
    ['with a wrong key', 'POST', keysUrl, 'sk-admin-nobody-knows', 401],
    ['with a key of a project', 'POST', keysUrl, 'sk-proj-something', 403],
    ['at an unknown URL', 'POST', '/v1/unknown', adminKey, 404],
    ['by a wrong method', 'PUT', keysUrl, adminKey, 405],
    ['by a method that takes none', 'DELETE', `${keysUrl}/key_x`, adminKey, 404],
  ]

  test.each(refusals)('%s is in the entry, cut and without a secret', async (_what, method, url, as, status) => {
    const { call, requests, listen } = await startWatched()
    const secret = `sk-admin-${'q'.repeat(40)}`
    const body = { name: secret, more: 'x'.repeat(20_000) }
    expect((await call(method, url, { body, as })).status).toBe(status)
    const headers = { 'content-type': 'application/json', ...(as === null ? {} : { authorization: `Bearer ${as}` }) }
    const origin = await listen()
    await (await fetch(origin + url, { method, headers, body: JSON.stringify(body) })).text()
    const { data } = await requests()
    expect(data.map((entry) => entry.status)).toEqual([status, status])
    for (const entry of data) {
      expect(entry.body).toMatch(/^\{"name":"sk-a/)
      expect(entry.body).not.toContain(secret)
      expect(entry.body.length).toBe(16_384)
    }
  })

  test('comes when it comes: nobody waits for it, and one that never does leaves null', async () => {
    const { requests, listen } = await startWatched()
    const { port } = new URL(await listen())
    const head = `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n`
    const sockets = [0, 1].map(() => connect(Number(port), '127.0.0.1'))
    const answers = sockets.map((socket) => once(socket, 'data'))
    for (const socket of sockets) socket.write(head)
    for (const [answer] of await Promise.all(answers)) expect(String(answer)).toContain('401 Unauthorized')
    expect((await requests()).data.map(({ body }) => body)).toEqual([null, null])
    sockets[0]?.write('{"name":"x"}')
    sockets[1]?.destroy()
    await expect.poll(async () => (await requests()).data.map(({ body }) => body)).toContain('{"name":"x"}')
    expect((await requests()).data.map(({ body }) => body)).toContain(null)
    // The connection goes on.
    const again = once(sockets[0] as Socket, 'data')
    sockets[0]?.write(`GET ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`)
    expect(String((await again)[0])).toContain('200 OK')
    sockets[0]?.destroy()
  })

  test('is counted into what the journal may hold', async () => {
    const { call, requests } = await startWatched()
    for (let n = 0; n < 400; n++) {
      await call('POST', keysUrl, { body: { name: 'x'.repeat(40_000) }, as: null })
    }
    expect((await requests('?limit=0')).count).toBeLessThan(500)
  })
})

test('a URL that a slash makes unknown reached no operation, and is about no key', async () => {
  const { call, requests } = await startWatched()
  await call('GET', `${keysUrl}/`)
  await call('DELETE', `${keysUrl}/key_x/`)
  const { data } = await requests()
  expect(data.map(({ operation, key_id, status }) => [operation, key_id, status])).toEqual([
    [null, null, 404],
    [null, null, 404],
  ])
})

test('is of one sandbox, without its prefix in the path', async () => {
  const { call, requests } = await startWatched()
  await call('GET', at('a', keysUrl))
  expect((await requests()).data).toEqual([])
  expect((await requests('', 'a')).data[0]).toMatchObject({ url: `/sandbox/a${keysUrl}`, path: keysUrl })
})

describe('filters', () => {
  test('narrow what is seen, and are counted', async () => {
    const { call, create, requests } = await startWatched()
    const key = await create({ name: 'x' })
    await call('GET', `${keysUrl}/${key.id}`, { as: key.value })
    await call('GET', `${keysUrl}/key_x`)
    await call('DELETE', `${keysUrl}/${key.id}`)
    const count = async (query: string) => (await requests(query)).count
    expect(await count('?operation=admin-api-keys-get')).toBe(2)
    expect(await count('?status=404')).toBe(1)
    expect(await count('?status=2xx')).toBe(3)
    expect(await count('?method=delete')).toBe(1)
    expect(await count(`?path=${keysUrl}`)).toBe(1)
    expect(await count(`?key_id=${key.id}`)).toBe(3)
    expect(await count(`?calling_key_id=${key.id}`)).toBe(1)
    // Inject has no socket to hand bytes to.
    expect(await count('?delivered=false')).toBe(4)
    expect(await count('?fault_id=fault_1')).toBe(0)
    expect(await count(`?key_id=${key.id}&method=GET`)).toBe(1)
  })

  test('an operation that does not exist is told from one that was not asked for', async () => {
    const { call, control, requests } = await startWatched()
    await call('GET', '/v1/nothing')
    expect((await requests('?operation=admin-api-keys-list')).count).toBe(0)
    expect((await requests('?operation=null')).data).toMatchObject([{ operation: null, path: '/v1/nothing' }])
    const { body } = await control('GET', '/journal?operation=list')
    expect(body.error.message).toMatch(/one of admin-api-keys-list, .*admin-api-keys-delete, or null .*"list"/)
  })

  test('since and limit page through it', async () => {
    const { call, requests } = await startWatched()
    for (let n = 0; n < 5; n++) await call('GET', `${keysUrl}/key_${n}`)
    const paths = ({ data }: { data: Entry[] }) => data.map(({ path }) => path.at(-1))
    const all = await requests()
    expect(paths(await requests('?limit=2'))).toEqual(['3', '4'])
    const since = `?since=${all.data[1].id}`
    expect(paths(await requests(since))).toEqual(['2', '3', '4'])
    expect(await requests(`${since}&limit=1`)).toMatchObject({ count: 3, data: [{ path: `${keysUrl}/key_2` }] })
    expect(paths(await requests('?since=req_unknown&limit=2'))).toEqual(['3', '4'])
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
  ])('%s is refused', async (query, param) => {
    const { control } = await startWatched()
    for (const path of ['/journal', '/journal/stream']) {
      const refused = await control('GET', path + query)
      expect([refused.status, refused.body.error.param]).toEqual([400, param])
    }
  })
})

describe('attempts', () => {
  test('are told apart from others by method, URL, body and count', async () => {
    const { call, requests } = await startWatched()
    const attempt = (count: number, body: object) =>
      call('POST', keysUrl, { body, headers: { 'x-stainless-retry-count': String(count) } })
    await attempt(0, { name: 'a' })
    await attempt(0, { name: 'b' })
    await sleep(40)
    await attempt(1, { name: 'a' })
    await attempt(2, { name: 'b' })
    const pauses = (await requests()).data.map(({ since_previous_ms }) => since_previous_ms)
    expect(pauses[0]).toBe(null)
    expect(pauses[1]).toBe(null)
    expect(pauses[2]).toBeGreaterThan(35)
    expect(pauses[3]).toBe(null)
  })
})

describe('bounds', () => {
  test('the newest entries stay, at most so many', async () => {
    const { call, requests } = await startWatched({ journal: 3 })
    for (let n = 0; n < 5; n++) await call('GET', `${keysUrl}/key_${n}`)
    expect((await requests()).data.map(({ key_id }) => key_id)).toEqual(['key_2', 'key_3', 'key_4'])
    const none = await startWatched({ journal: 0 })
    await none.call('GET', keysUrl)
    expect(await none.requests()).toEqual({ data: [], count: 0 })
  })

  test('bodies are cut at 16 KB, and all of them stay within 8 MB', async () => {
    const { call, requests } = await startWatched()
    await call('POST', keysUrl, { body: { name: 'x'.repeat(100_000) } })
    const [{ body, response_body }] = (await requests()).data
    expect([body.length, response_body.length]).toEqual([16_384, 16_384])
    for (let n = 0; n < 400; n++) await call('POST', keysUrl, { body: { name: 'x'.repeat(20_000) } })
    const { count } = await requests('?limit=0')
    expect(count).toBeLessThan(260)
    expect(count).toBeGreaterThan(200)
  })

  test('emptied, and by a reset', async () => {
    const { call, control, requests } = await startWatched()
    await call('GET', keysUrl)
    expect((await control('DELETE', '/journal')).body).toEqual({ deleted: 1 })
    await call('GET', keysUrl)
    await control('POST', '/reset', { only: ['clock'] })
    expect((await requests()).count).toBe(1)
    await control('POST', '/reset')
    expect((await requests()).count).toBe(0)
  })
})

/** The entries that a stream has told so far. */
function follow(url: string, query = '') {
  const entries: Entry[] = []
  let text = ''
  const request = get(`${url}/_emulator/journal/stream${query}`, (response) => {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data !== undefined) entries.push(JSON.parse(data))
      }
    })
    response.on('error', () => {})
  })
  request.on('error', () => {})
  onTestFinished(() => void request.destroy())
  return { entries, request }
}

describe('the stream', () => {
  test('tells new entries, by the same filters, after those past since', async () => {
    const { listen, requests } = await startWatched()
    const url = await listen()
    const ask = (id: string) => fetch(`${url}${keysUrl}/${id}`, { headers: { authorization: `Bearer ${adminKey}` } })
    for (const id of ['key_0', 'key_1', 'key_2']) await (await ask(id)).text()
    const { data } = await requests()
    const all = follow(url)
    const some = follow(url, `?since=${data[0].id}&status=4xx`)
    const none = follow(url, '?status=2xx')
    await sleep(150)
    await (await ask('key_3')).text()
    expect((await requests('?delivered=true')).count).toBe(4)
    await expect.poll(() => some.entries.map(({ key_id }) => key_id)).toEqual(['key_1', 'key_2', 'key_3'])
    expect(all.entries.map(({ key_id, delivered }) => [key_id, delivered])).toEqual([['key_3', true]])
    expect(none.entries).toEqual([])
  })

  test('knows no limit, for it has no end', async () => {
    const { control } = await startWatched()
    const { status, body } = await control('GET', '/journal/stream?limit=5')
    expect([status, body.error.param]).toEqual([400, 'limit'])
    expect(body.error.message).toBe(`'limit' must be absent: a stream has no end, got "5"`)
  })

  test('does not hold up the end of the server', async () => {
    const { listen, app } = await startWatched()
    const { request } = follow(await listen())
    await sleep(100)
    const closed = new Promise((resolve) => request.once('close', resolve))
    const begun = performance.now()
    await app.close()
    await closed
    expect(performance.now() - begun).toBeLessThan(1000)
  })

  test('drops a reader that does not read, and slows nobody', async () => {
    const { listen, call } = await startWatched()
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

test('no secret is in it, nor in states, streams or snapshots', async () => {
  const { listen, call, control, create, requests, app } = await startWatched({
    seed: 'keys: [{ name: s, value: sk-admin-seeded-secret }]',
  })
  const url = await listen()
  const stream = follow(url)
  const key = await create({ name: 'a' })
  const sent = [
    key.value,
    'sk-admin-seeded-secret',
    'sk-admin-local',
    `sk-proj-${'q'.repeat(40)}`,
    'a token with blanks',
  ]
  for (const secret of sent) {
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
  const journal = JSON.stringify(await requests())
  const streamed = JSON.stringify(stream.entries)
  for (const text of [journal, streamed]) {
    for (const secret of sent) {
      expect(text, secret).not.toContain(secret)
      expect(decodeURIComponent(text.replaceAll(/%(?![0-9a-f]{2})/gi, '%25')), secret).not.toContain(secret)
    }
    expect(text).not.toContain(key.value.slice(20, 60))
  }
  expect((await requests()).count).toBe(16)
  const state = (await control('GET', '/state')).text
  for (const secret of sent.filter((each) => each.startsWith('sk-') && each.length > 20))
    expect(state).not.toContain(secret)
  expect(state).not.toContain(key.value.slice(20, 60))
  await app.close()
})
