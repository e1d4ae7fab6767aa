import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { serve } from '../support/program.ts'
import { exchangeRaw, parseRaw } from '../support/raw-http.ts'

// What inject cannot see: it has no parser, no socket, and normalizes URLs.

const auth = `Authorization: Bearer ${adminKey}\r\n`
const host = 'Host: localhost\r\n'
const get = (target: string, headers = host + auth) => `GET ${target} HTTP/1.1\r\n${headers}\r\n`

const malformed =
  '{"error":{"message":"The request is malformed: it could not be read as HTTP.","type":"invalid_request_error","param":null,"code":null}}'
const tooLarge =
  '{"error":{"message":"The headers of the request are too large.","type":"invalid_request_error","param":null,"code":null}}'

async function listening(options = {}) {
  const testApp = await startApp(options)
  const url = await testApp.listen()
  const stillServes = async () =>
    expect((await supertest(url).get(keysUrl).set('authorization', `Bearer ${adminKey}`)).status).toBe(200)
  return { ...testApp, url, stillServes }
}

test('the four operations over a real socket', async () => {
  const { url } = await listening()
  const client = supertest(url)
  const bearer = { authorization: `Bearer ${adminKey}` }
  const created = await client.post(keysUrl).set(bearer).send({ name: 'socket' }).expect(200)
  await client.get(`${keysUrl}/${created.body.id}`).set(bearer).expect(200).expect('content-type', 'application/json')
  const listed = await client.get(keysUrl).set(bearer).expect(200)
  expect(listed.body.data).toHaveLength(2)
  await client.delete(`${keysUrl}/${created.body.id}`).set(bearer).expect(200)
  await client.get(`${keysUrl}/${created.body.id}`).set(bearer).expect(404)
})

describe('what cannot be read as HTTP is answered with the envelope', () => {
  test.each([
    ['garbage', 'GARBAGE\r\n\r\n', 400],
    ['TLS', Buffer.from('16030100a5010000a10303', 'hex'), 400],
    ['an unknown method', `FETCH ${keysUrl} HTTP/1.1\r\n${host}\r\n`, 400],
    ['a header without a name', `GET ${keysUrl} HTTP/1.1\r\n${host}: x\r\n\r\n`, 400],
    ['a blank before the colon', `GET ${keysUrl} HTTP/1.1\r\n${host}a : x\r\n\r\n`, 400],
    ['two lengths', `POST ${keysUrl} HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400],
    [
      'a length and chunks',
      `POST ${keysUrl} HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['a negative length', `POST ${keysUrl} HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, 400],
    [
      'a bad chunk',
      `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    ['64 KB of headers', get(keysUrl, `${host}${auth}X-Long: ${'x'.repeat(65_536)}\r\n`), 431],
    ['64 KB of URL', get(`/${'x'.repeat(65_536)}`), 431],
  ])('%s', async (_what, bytes, status) => {
    const { url, stillServes } = await listening()
    const answer = parseRaw(await exchangeRaw(url, bytes))
    expect(answer.status).toBe(status)
    expect(answer.text).toBe(status === 431 ? tooLarge : malformed)
    expect(answer.headers).toContain('content-type: application/json\r\n')
    expect(answer.headers).toMatch(/x-request-id: req_[0-9a-f]{32}\r\n/)
    expect(answer.headers).toContain('x-emulator-reason: ')
    await stillServes()
  })

  test('a missing Host', async () => {
    const { url, stillServes } = await listening()
    for (const target of [keysUrl, '/unknown']) {
      const answer = parseRaw(await exchangeRaw(url, get(target, auth)))
      expect(answer.status).toBe(400)
      expect(answer.text).toBe(
        '{"error":{"message":"The request is malformed: HTTP/1.1 requires a Host header.","type":"invalid_request_error","param":null,"code":null}}',
      )
    }
    // Not even a sandbox comes of it.
    const inSandbox = parseRaw(await exchangeRaw(url, get(`/sandbox/hostless${keysUrl}`, auth)))
    expect(inSandbox.headers).not.toContain('openai-organization')
    await stillServes()
  })

  test('CONNECT', async () => {
    const { url, stillServes } = await listening()
    const answer = parseRaw(await exchangeRaw(url, 'CONNECT example:443 HTTP/1.1\r\nHost: example:443\r\n\r\n'))
    expect(answer).toMatchObject({ status: 400, text: malformed })
    await stillServes()
  })

  // Without a version the parser takes the methods of other protocols, too, which the router has never heard of.
  test.each(['PLAY', 'DESCRIBE'])('%s without a version is a method that nothing has', async (method) => {
    const { url, stillServes } = await listening()
    const unknown = parseRaw(await exchangeRaw(url, `${method} /unknown\r\n\r\n`))
    expect([unknown.status, unknown.body.error['message']]).toEqual([404, `Invalid URL (${method} /unknown)`])
    const wrong = parseRaw(await exchangeRaw(url, `${method} ${keysUrl}\r\n\r\n`))
    expect(wrong.status).toBe(405)
    expect(wrong.headers).toContain('allow: get, post\r\n')
    expect(wrong.headers).toMatch(/x-request-id: req_[0-9a-f]{32}\r\n/)
    await stillServes()
  })

  test('a request that takes too long to arrive', async () => {
    const { url, stillServes } = await listening({ requestTimeout: 300 })
    const half = [`GET ${keysUrl} HTTP/1.1\r\n`, `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Length: 9\r\n\r\n{`]
    for (const bytes of half) {
      const answer = parseRaw(await exchangeRaw(url, bytes, { quiet: 3000 }))
      expect(answer.status).toBe(408)
      expect(answer.text).toBe(
        '{"error":{"message":"The request took too long to arrive.","type":"invalid_request_error","param":null,"code":null}}',
      )
    }
    await stillServes()
  })

  test.each([
    ['garbage', 'GARBAGE\r\n\r\n'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'],
  ])('%s after whole requests is refused after all of their answers', async (_what, bytes) => {
    const { url, create, call } = await listening()
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await create()).id))
    const deletions = ids.map((id) => `DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`).join('')
    const post = `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"a"}`
    for (const [requests, count] of [
      [deletions, 5],
      [post, 1],
      [get(keysUrl).repeat(7), 7],
      [post + get(keysUrl), 2],
    ] as const) {
      const answer = await exchangeRaw(url, requests + bytes)
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array(count).fill('HTTP/1.1 200'), 'HTTP/1.1 400'])
    }
    expect((await call('GET', keysUrl)).body.data).toHaveLength(3)
  })
})

test('a request has 30 s to arrive', async () => {
  const { app } = await startApp()
  expect(app.server.requestTimeout).toBe(30_000)
  expect(app.server.headersTimeout).toBe(30_000)
})

test("python's deletion, declared as JSON and without a body, succeeds", async () => {
  const { url, create } = await listening()
  const { id } = await create()
  const head = `DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\n\r\n`
  expect(parseRaw(await exchangeRaw(url, head)).status).toBe(200)
})

test('HTTP/1.0 needs no Host', async () => {
  const { url } = await listening()
  expect(await exchangeRaw(url, `GET ${keysUrl} HTTP/1.0\r\n${auth}\r\n`)).toMatch(/^HTTP\/1\.[01] 200 /)
})

test('an expectation that nobody knows is ignored, one to go on is met', async () => {
  const { url } = await listening()
  const post = (expect: string) =>
    `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Expect: ${expect}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"a"}`
  expect(await exchangeRaw(url, post('something'))).toMatch(/^HTTP\/1\.1 200 /)
  expect(await exchangeRaw(url, post('100-continue'))).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
})

test('an offer to upgrade is ignored', async () => {
  const { url } = await listening()
  const answer = await exchangeRaw(url, get(keysUrl, `${host}${auth}Connection: Upgrade\r\nUpgrade: websocket\r\n`))
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
})

describe('targets as they come', () => {
  test('a URL with its authority is a URL', async () => {
    const { url } = await listening()
    for (const target of [`http://localhost:4010${keysUrl}`, `HTTP://api.example/sandbox/x${keysUrl}`]) {
      expect(await exchangeRaw(url, get(target))).toMatch(/^HTTP\/1\.1 200 /)
    }
    const { body } = parseRaw(await exchangeRaw(url, get('http://localhost/v1/foo?a')))
    expect(body.error['message']).toBe('Invalid URL (GET /v1/foo)')
    expect(parseRaw(await exchangeRaw(url, get('http://localhost'))).status).toBe(404)
  })

  test.each(['.', '..', '%2e%2e', '%2E', '%2e%2e%2f'])('no sandbox is called %s', async (name) => {
    const { url } = await listening()
    const { status, body } = parseRaw(await exchangeRaw(url, get(`/sandbox/${name}${keysUrl}`)))
    expect(status).toBe(404)
    expect(body.error['message']).toBe(`Invalid URL (GET /sandbox/${name}${keysUrl})`)
  })

  test('dots are an id like others', async () => {
    const { url } = await listening({ seed: 'keys: [{ id: "..", name: dots }]' })
    expect(parseRaw(await exchangeRaw(url, get(`${keysUrl}/..`))).body).toMatchObject({ name: 'dots' })
  })

  test('OPTIONS *', async () => {
    const { url } = await listening()
    const { status, body } = parseRaw(await exchangeRaw(url, `OPTIONS * HTTP/1.1\r\n${host}\r\n`))
    expect(status).toBe(404)
    expect(body.error['message']).toBe('Invalid URL (OPTIONS *)')
  })

  test('raw bytes past ASCII', async () => {
    const { url, stillServes } = await listening()
    const bytes = Buffer.from(get(`${keysUrl}/\xe4\xff`), 'latin1')
    expect(parseRaw(await exchangeRaw(url, bytes))).toMatchObject({ status: 400, text: malformed })
    await stillServes()
  })
})

describe('bodies', () => {
  const post = (length: number) =>
    `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

  test('in chunks are taken whole', async () => {
    const { url } = await listening()
    const head = post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked')
    const answer = await exchangeRaw(url, `${head}5\r\n{"nam\r\n7\r\ne":"a"}\r\n0\r\n\r\n`)
    expect(parseRaw(answer).body).toMatchObject({ name: 'a' })
  })

  test('of 10 MB are refused, and a client that still sends hears so', async () => {
    const { url, stillServes } = await listening()
    const answers = await Promise.all([
      exchangeRaw(url, [post(10_000_000), Buffer.alloc(10_000_000, 'x')]),
      supertest(url)
        .post(keysUrl)
        .set('authorization', `Bearer ${adminKey}`)
        .send({ name: 'x'.repeat(10_000_000) }),
      supertest(url)
        .post(keysUrl)
        .send({ name: 'x'.repeat(10_000_000) }),
    ])
    expect(parseRaw(answers[0]).status).toBe(413)
    expect(answers[1].status).toBe(413)
    expect(answers[2].status).toBe(401)
    await stillServes()
  })

  test('that break off make nothing', async () => {
    const { url, call } = await listening()
    const chunked = post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked')
    for (const bytes of [`${post(100)}{"name":"a"}`, `${chunked}c\r\n{"name":"a"}\r\n`]) {
      expect(parseRaw(await exchangeRaw(url, bytes, { end: true })).status).toBe(400)
    }
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
  })

  test('that are cut off by a reset harm nobody', async () => {
    const { url, stillServes } = await listening()
    for (let n = 0; n < 20; n++) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`${post(100)}{"na`, () => socket.resetAndDestroy())
    }
    await sleep(100)
    await stillServes()
  })
})

test('pipelined requests are answered in order', async () => {
  const { url } = await listening()
  const answer = await exchangeRaw(url, get('/v1/one') + get('/v1/two') + get('/v1/three'))
  expect(answer.match(/Invalid URL \(GET \/v1\/\w+\)/g)).toEqual(
    ['one', 'two', 'three'].map((name) => `Invalid URL (GET /v1/${name})`),
  )
})

test('pipelined requests happen in order', async () => {
  const { url, create } = await listening()
  const { id } = await create()
  const post = `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"a"}`
  const deletion = `DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`
  const answer = await exchangeRaw(url, post + get(keysUrl) + post + deletion + get(keysUrl))
  const listed = [...answer.matchAll(/"object":"list","data":(\[.*\]),"first_id"/g)].map(([, data = '']) =>
    JSON.parse(data),
  )
  expect(listed.map((keys) => keys.map(({ name }: { name: string }) => name))).toEqual([
    ['Admin key', 'a key', 'a'],
    ['Admin key', 'a', 'a'],
  ])
})

test.each([
  ['a reset', { kind: 'connection_reset' }],
  ['an end', { kind: 'empty_response' }],
  ['half an answer', { kind: 'truncated_body' }],
])('what is pipelined behind %s does not happen', async (_what, fault) => {
  const { url, call, create } = await listening()
  const { id } = await create()
  await call('POST', '/_emulator/faults', { body: { operation: 'admin-api-keys-list', ...fault } })
  await exchangeRaw(url, `${get(keysUrl)}DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`).catch(() => {})
  expect((await call('GET', `${keysUrl}/${id}`)).status).toBe(200)
})

test('what is pipelined behind a request that ends the connection does not happen', async () => {
  const { url, call, create } = await listening()
  const { id } = await create()
  const last = get(keysUrl, `${host}${auth}Connection: close\r\n`)
  await exchangeRaw(url, `${last}DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`)
  expect((await call('GET', `${keysUrl}/${id}`)).status).toBe(200)
})

test('a CONNECT behind a request whose client resets the connection is not the end of the server', async () => {
  const { url } = await serve()
  const bytes = `${get('/unknown').repeat(3)}CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n`
  for (let n = 0; n < 200; n++) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(bytes, () => socket.resetAndDestroy())
    if (n % 10 === 0) await sleep(1)
  }
  await sleep(50)
  expect((await supertest(url).get('/health')).status).toBe(200)
})

test('a connection is kept after an error', async () => {
  const { url } = await listening()
  const answer = await exchangeRaw(url, get(`${keysUrl}/%zz`) + get('/unknown') + get(keysUrl))
  expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 404', 'HTTP/1.1 200'])
  const broken = `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{`
  const more = await exchangeRaw(url, broken + broken.replace('json', 'xml') + get(keysUrl))
  expect(more.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 415', 'HTTP/1.1 200'])
})
