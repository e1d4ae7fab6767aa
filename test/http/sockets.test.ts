import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { serve } from '../support/program.ts'
import { parseRawResponse, sendRaw } from '../support/raw-http.ts'

// What inject cannot test: it has no HTTP parser and no socket, and it normalizes URLs.

const auth = `Authorization: Bearer ${adminKey}\r\n`
const host = 'Host: localhost\r\n'
const get = (target: string, headers = host + auth) => `GET ${target} HTTP/1.1\r\n${headers}\r\n`

const malformed =
  '{"error":{"message":"The request is malformed: it could not be read as HTTP.","type":"invalid_request_error","param":null,"code":null}}'
const tooLarge =
  '{"error":{"message":"The headers of the request are too large.","type":"invalid_request_error","param":null,"code":null}}'

async function startListening(options = {}) {
  const testApp = await startApp(options)
  const url = await testApp.listen()
  const expectStillServing = async () =>
    expect((await supertest(url).get(keysUrl).set('authorization', `Bearer ${adminKey}`)).status).toBe(200)
  return { ...testApp, url, expectStillServing }
}

test('the four operations work over a real socket', async () => {
  const { url } = await startListening()
  const client = supertest(url)
  const bearer = { authorization: `Bearer ${adminKey}` }
  const created = await client.post(keysUrl).set(bearer).send({ name: 'socket' }).expect(200)
  await client.get(`${keysUrl}/${created.body.id}`).set(bearer).expect(200).expect('content-type', 'application/json')
  const listed = await client.get(keysUrl).set(bearer).expect(200)
  expect(listed.body.data).toHaveLength(2)
  await client.delete(`${keysUrl}/${created.body.id}`).set(bearer).expect(200)
  await client.get(`${keysUrl}/${created.body.id}`).set(bearer).expect(404)
})

describe('malformed HTTP', () => {
  test.each([
    ['input that is not HTTP', 'GARBAGE\r\n\r\n', 400],
    ['a TLS handshake', Buffer.from('16030100a5010000a10303', 'hex'), 400],
    ['an unknown method', `FETCH ${keysUrl} HTTP/1.1\r\n${host}\r\n`, 400],
    ['a header without a name', `GET ${keysUrl} HTTP/1.1\r\n${host}: x\r\n\r\n`, 400],
    ['a space before the colon of a header', `GET ${keysUrl} HTTP/1.1\r\n${host}a : x\r\n\r\n`, 400],
    [
      'a second Content-Length',
      `POST ${keysUrl} HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
    ],
    [
      'Content-Length with Transfer-Encoding',
      `POST ${keysUrl} HTTP/1.1\r\n${host}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    ['a negative Content-Length', `POST ${keysUrl} HTTP/1.1\r\n${host}Content-Length: -1\r\n\r\n`, 400],
    [
      'an invalid chunk size',
      `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    ['a header of 64 KB', get(keysUrl, `${host}${auth}X-Long: ${'x'.repeat(65_536)}\r\n`), 431],
    ['a URL of 64 KB', get(`/${'x'.repeat(65_536)}`), 431],
  ])('%s is rejected with an OpenAI-style error', async (_input, bytes, status) => {
    const { url, expectStillServing } = await startListening()
    const response = parseRawResponse(await sendRaw(url, bytes))
    expect(response.status).toBe(status)
    expect(response.text).toBe(status === 431 ? tooLarge : malformed)
    expect(response.headers).toContain('content-type: application/json\r\n')
    expect(response.headers).toMatch(/x-request-id: req_[0-9a-f]{32}\r\n/)
    expect(response.headers).toContain('x-emulator-reason: ')
    await expectStillServing()
  })

  test('an HTTP/1.1 request without a Host header is rejected', async () => {
    const { url, expectStillServing } = await startListening()
    for (const target of [keysUrl, '/unknown']) {
      const response = parseRawResponse(await sendRaw(url, get(target, auth)))
      expect(response.status).toBe(400)
      expect(response.text).toBe(
        '{"error":{"message":"The request is malformed: HTTP/1.1 requires a Host header.","type":"invalid_request_error","param":null,"code":null}}',
      )
    }
    // The request does not reach a sandbox.
    const inSandbox = parseRawResponse(await sendRaw(url, get(`/sandbox/hostless${keysUrl}`, auth)))
    expect(inSandbox.headers).not.toContain('openai-organization')
    await expectStillServing()
  })

  test('a CONNECT request is rejected as malformed', async () => {
    const { url, expectStillServing } = await startListening()
    const response = parseRawResponse(await sendRaw(url, 'CONNECT example:443 HTTP/1.1\r\nHost: example:443\r\n\r\n'))
    expect(response).toMatchObject({ status: 400, text: malformed })
    await expectStillServing()
  })

  // Without an HTTP version, Node's parser also accepts methods of other protocols, unknown to Fastify's router.
  test.each(['PLAY', 'DESCRIBE'])('%s without an HTTP version is rejected as an unknown method', async (method) => {
    const { url, expectStillServing } = await startListening()
    const unknownUrl = parseRawResponse(await sendRaw(url, `${method} /unknown\r\n\r\n`))
    expect([unknownUrl.status, unknownUrl.body.error['message']]).toEqual([404, `Invalid URL (${method} /unknown)`])
    const methodNotAllowed = parseRawResponse(await sendRaw(url, `${method} ${keysUrl}\r\n\r\n`))
    expect(methodNotAllowed.status).toBe(405)
    expect(methodNotAllowed.headers).toContain('allow: get, post\r\n')
    expect(methodNotAllowed.headers).toMatch(/x-request-id: req_[0-9a-f]{32}\r\n/)
    await expectStillServing()
  })

  test('a request that takes too long to arrive is rejected with 408', async () => {
    const { url, expectStillServing } = await startListening({ requestTimeout: 300 })
    const incompleteRequests = [
      `GET ${keysUrl} HTTP/1.1\r\n`,
      `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Length: 9\r\n\r\n{`,
    ]
    for (const bytes of incompleteRequests) {
      const response = parseRawResponse(await sendRaw(url, bytes, { quietMs: 3000 }))
      expect(response.status).toBe(408)
      expect(response.text).toBe(
        '{"error":{"message":"The request took too long to arrive.","type":"invalid_request_error","param":null,"code":null}}',
      )
    }
    await expectStillServing()
  })

  test.each([
    ['invalid input', 'GARBAGE\r\n\r\n'],
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'],
  ])('%s after complete requests is rejected after their responses', async (_input, bytes) => {
    const { url, create, call } = await startListening()
    const ids = await Promise.all(Array.from({ length: 5 }, async () => (await create()).id))
    const deleteRequests = ids.map((id) => `DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`).join('')
    const post = `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"a"}`
    for (const [requests, count] of [
      [deleteRequests, 5],
      [post, 1],
      [get(keysUrl).repeat(7), 7],
      [post + get(keysUrl), 2],
    ] as const) {
      const response = await sendRaw(url, requests + bytes)
      expect(response.match(/HTTP\/1\.1 \d+/g)).toEqual([...Array(count).fill('HTTP/1.1 200'), 'HTTP/1.1 400'])
    }
    expect((await call('GET', keysUrl)).body.data).toHaveLength(3)
  })
})

test.each(['waits for the response', 'closes the connection'])(
  'invalid input in many segments gets one error response, and no warning is printed, if the client %s',
  async (ending) => {
    const { url, output } = await serve()
    const fault = { operation: 'list', kind: 'delay', ms: 300, times: null }
    await supertest(url).post('/_emulator/faults').send(fault).expect(201)
    let received = ''
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1', noDelay: true })
    socket.setEncoding('latin1').on('data', (text) => (received += text))
    socket.on('error', () => {})
    socket.write(get(keysUrl))
    // The first half arrives while the list is delayed.
    for (let n = 0; n < 60; n++) {
      socket.write('GARBAGE\r\n\r\n')
      await sleep(10)
    }
    if (ending === 'waits for the response') {
      await expect.poll(() => socket.readableEnded).toBe(true)
      expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    }
    socket.destroy()
    await supertest(url).get('/health').expect(200)
    expect(output.stderr).toBe('')
  },
)

test('the timeout for receiving a request is 30 s', async () => {
  const { app } = await startApp()
  expect(app.server.requestTimeout).toBe(30_000)
  expect(app.server.headersTimeout).toBe(30_000)
})

test("the Python client's DELETE, with a JSON content type and no body, succeeds", async () => {
  const { url, create } = await startListening()
  const { id } = await create()
  const head = `DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\n\r\n`
  expect(parseRawResponse(await sendRaw(url, head)).status).toBe(200)
})

test('an HTTP/1.0 request needs no Host header', async () => {
  const { url } = await startListening()
  expect(await sendRaw(url, `GET ${keysUrl} HTTP/1.0\r\n${auth}\r\n`)).toMatch(/^HTTP\/1\.[01] 200 /)
})

test('an unknown Expect header is ignored, and 100-continue gets a 100 response', async () => {
  const { url } = await startListening()
  const post = (expect: string) =>
    `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Expect: ${expect}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"a"}`
  expect(await sendRaw(url, post('something'))).toMatch(/^HTTP\/1\.1 200 /)
  expect(await sendRaw(url, post('100-continue'))).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
})

test('an Upgrade header is ignored', async () => {
  const { url } = await startListening()
  const response = await sendRaw(url, get(keysUrl, `${host}${auth}Connection: Upgrade\r\nUpgrade: websocket\r\n`))
  expect(response).toMatch(/^HTTP\/1\.1 200 /)
})

describe('request targets', () => {
  test('an absolute URL is accepted as the request target', async () => {
    const { url } = await startListening()
    for (const target of [`http://localhost:4010${keysUrl}`, `HTTP://api.example/sandbox/x${keysUrl}`]) {
      expect(await sendRaw(url, get(target))).toMatch(/^HTTP\/1\.1 200 /)
    }
    const { body } = parseRawResponse(await sendRaw(url, get('http://localhost/v1/foo?a')))
    expect(body.error['message']).toBe('Invalid URL (GET /v1/foo)')
    expect(parseRawResponse(await sendRaw(url, get('http://localhost'))).status).toBe(404)
  })

  test.each(['.', '..', '%2e%2e', '%2E', '%2e%2e%2f'])('%s is rejected as the name of a sandbox', async (name) => {
    const { url } = await startListening()
    const { status, body } = parseRawResponse(await sendRaw(url, get(`/sandbox/${name}${keysUrl}`)))
    expect(status).toBe(404)
    expect(body.error['message']).toBe(`Invalid URL (GET /sandbox/${name}${keysUrl})`)
  })

  test('a key id can consist of dots', async () => {
    const { url } = await startListening({ seed: 'keys: [{ id: "..", name: dots }]' })
    expect(parseRawResponse(await sendRaw(url, get(`${keysUrl}/..`))).body).toMatchObject({ name: 'dots' })
  })

  test('OPTIONS * returns 404', async () => {
    const { url } = await startListening()
    const { status, body } = parseRawResponse(await sendRaw(url, `OPTIONS * HTTP/1.1\r\n${host}\r\n`))
    expect(status).toBe(404)
    expect(body.error['message']).toBe('Invalid URL (OPTIONS *)')
  })

  test('bytes outside ASCII in the URL are rejected as malformed', async () => {
    const { url, expectStillServing } = await startListening()
    const bytes = Buffer.from(get(`${keysUrl}/\xe4\xff`), 'latin1')
    expect(parseRawResponse(await sendRaw(url, bytes))).toMatchObject({ status: 400, text: malformed })
    await expectStillServing()
  })
})

describe('request bodies', () => {
  const post = (length: number) =>
    `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

  test('a chunked body is read completely', async () => {
    const { url } = await startListening()
    const head = post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked')
    const response = await sendRaw(url, `${head}5\r\n{"nam\r\n7\r\ne":"a"}\r\n0\r\n\r\n`)
    expect(parseRawResponse(response).body).toMatchObject({ name: 'a' })
  })

  test('a body of 10 MB is rejected, and a client that is still sending receives the response', async () => {
    const { url, expectStillServing } = await startListening()
    const responses = await Promise.all([
      sendRaw(url, [post(10_000_000), Buffer.alloc(10_000_000, 'x')]),
      supertest(url)
        .post(keysUrl)
        .set('authorization', `Bearer ${adminKey}`)
        .send({ name: 'x'.repeat(10_000_000) }),
      supertest(url)
        .post(keysUrl)
        .send({ name: 'x'.repeat(10_000_000) }),
    ])
    expect(parseRawResponse(responses[0]).status).toBe(413)
    expect(responses[1].status).toBe(413)
    expect(responses[2].status).toBe(401)
    await expectStillServing()
  })

  test('an incomplete body creates no key', async () => {
    const { url, call } = await startListening()
    const chunked = post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked')
    for (const bytes of [`${post(100)}{"name":"a"}`, `${chunked}c\r\n{"name":"a"}\r\n`]) {
      expect(parseRawResponse(await sendRaw(url, bytes, { halfClose: true })).status).toBe(400)
    }
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
  })

  test('the server keeps serving after connection resets in the middle of a body', async () => {
    const { url, expectStillServing } = await startListening()
    for (let n = 0; n < 20; n++) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`${post(100)}{"na`, () => socket.resetAndDestroy())
    }
    await sleep(100)
    await expectStillServing()
  })
})

test('pipelined requests get their responses in order', async () => {
  const { url } = await startListening()
  const response = await sendRaw(url, get('/v1/one') + get('/v1/two') + get('/v1/three'))
  expect(response.match(/Invalid URL \(GET \/v1\/\w+\)/g)).toEqual(
    ['one', 'two', 'three'].map((name) => `Invalid URL (GET /v1/${name})`),
  )
})

test('pipelined requests are executed in order', async () => {
  const { url, create } = await startListening()
  const { id } = await create()
  const post = `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":"a"}`
  const deletion = `DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`
  const response = await sendRaw(url, post + get(keysUrl) + post + deletion + get(keysUrl))
  const listed = [...response.matchAll(/"object":"list","data":(\[.*\]),"first_id"/g)].map(([, data = '']) =>
    JSON.parse(data),
  )
  expect(listed.map((keys) => keys.map(({ name }: { name: string }) => name))).toEqual([
    ['Admin key', 'a key', 'a'],
    ['Admin key', 'a', 'a'],
  ])
})

test.each([
  ['a connection reset', { kind: 'connection_reset' }],
  ['an empty response', { kind: 'empty_response' }],
  ['a truncated body', { kind: 'truncated_body' }],
])('a request that is pipelined after %s is not executed', async (_fault, fault) => {
  const { url, call, create } = await startListening()
  const { id } = await create()
  await call('POST', '/_emulator/faults', { body: { operation: 'admin-api-keys-list', ...fault } })
  await sendRaw(url, `${get(keysUrl)}DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`).catch(() => {})
  expect((await call('GET', `${keysUrl}/${id}`)).status).toBe(200)
})

test('a request that is pipelined after one with Connection: close is not executed', async () => {
  const { url, call, create } = await startListening()
  const { id } = await create()
  const closingRequest = get(keysUrl, `${host}${auth}Connection: close\r\n`)
  await sendRaw(url, `${closingRequest}DELETE ${keysUrl}/${id} HTTP/1.1\r\n${host}${auth}\r\n`)
  expect((await call('GET', `${keysUrl}/${id}`)).status).toBe(200)
})

test('the server survives a pipelined CONNECT whose client resets the connection', async () => {
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

test('the reason for rejecting a TLS handshake names TLS, in the response and in the log', async () => {
  const { url, output } = await serve(['--log-level', 'info'])
  const handshake = Buffer.from('16030100a5010000a10303', 'hex')
  const { status, headers } = parseRawResponse(await sendRaw(url, handshake))
  expect(status).toBe(400)
  const reason = 'malformed_http; detail=tls_handshake; this port serves plain HTTP: use http://'
  expect(headers).toContain(`x-emulator-reason: ${reason.toLowerCase()}\r\n`)
  await expect.poll(() => output.stderr).toContain(`"reason":"${reason}"`)
})

test('invalid HTTP that arrives in many segments behind a waiting request is rejected once', async () => {
  const { url, output } = await serve()
  const delay = JSON.stringify({ operation: 'list', kind: 'delay', ms: 500 })
  await fetch(`${url}/_emulator/faults`, { method: 'POST', body: delay })
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let received = ''
  socket.on('data', (chunk) => (received += chunk))
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.write(get(keysUrl))
  for (let n = 0; n < 20; n++) {
    await sleep(10)
    socket.write('GARBAGE\r\n\r\n')
  }
  await closed
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
  expect(output.stderr).toBe('')
})

test('a connection stays open after an error response', async () => {
  const { url } = await startListening()
  const response = await sendRaw(url, get(`${keysUrl}/%zz`) + get('/unknown') + get(keysUrl))
  expect(response.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 404', 'HTTP/1.1 200'])
  const malformedJson = `POST ${keysUrl} HTTP/1.1\r\n${host}${auth}Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{`
  const responses = await sendRaw(url, malformedJson + malformedJson.replace('json', 'xml') + get(keysUrl))
  expect(responses.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400', 'HTTP/1.1 415', 'HTTP/1.1 200'])
})

test.each([
  ['404 of an unknown URL', 'GET /v1/foo', ''],
  ['405', `PATCH ${keysUrl}`, ''],
  ['404 of an unknown key', `GET ${keysUrl}/key_x`, auth],
  ['401', `GET ${keysUrl}`, ''],
  ['400', `GET ${keysUrl}?limit=x`, auth],
  ['415', `POST ${keysUrl}`, `${auth}Content-Length: 1\r\n`, '{'],
  ['400 of a body', `POST ${keysUrl}`, `${auth}Content-Type: application/json\r\nContent-Length: 1\r\n`, '{'],
  ['404 of a control', 'GET /_emulator/foo', ''],
  ['405 of a control', 'PATCH /_emulator/clock', ''],
  ['400 of a control', 'PUT /_emulator/clock', 'Content-Length: 1\r\n', '{'],
])(
  'a response %s to a request with Connection: close closes the connection',
  async (status, start, headers, body = '') => {
    const { url } = await startListening()
    const request = `${start} HTTP/1.1\r\n${host}${headers}Connection: close\r\n\r\n${body}`
    const response = await sendRaw(url, request, { quietMs: 5000, timeoutMs: 5000 })
    expect(response).toMatch(new RegExp(`^HTTP/1\\.1 ${status.slice(0, 3)} `))
    expect(response).toMatch(/^connection: close\r$/im)
  },
)
