import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp, walk } from '../support/app.ts'
import { sendRaw } from '../support/raw-http.ts'

const inSandbox = (name: string) => `/sandbox/${name}${keysUrl}`

test('a sandbox is created from the seed on its first request', async () => {
  const testApp = await startApp({ seed: ['paging'] })
  expect(await walk(testApp, '', inSandbox('new'))).toHaveLength(251)
})

test('two sandboxes share neither keys nor cursors nor the organization', async () => {
  const { call } = await startApp()
  const { body: key } = await call('POST', inSandbox('a'), { body: { name: 'only here' } })
  for (const url of [keysUrl, inSandbox('b')]) {
    expect((await call('GET', `${url}/${key.id}`)).status).toBe(404)
    expect((await call('GET', `${url}?after=${key.id}`)).status).toBe(400)
    expect((await call('GET', url, { as: key.value })).status).toBe(401)
    expect((await call('GET', url)).body.data).toHaveLength(1)
  }
  const organizations = [keysUrl, inSandbox('a'), inSandbox('b')].map(
    async (url) => (await call('GET', url)).headers['openai-organization'],
  )
  expect(new Set(await Promise.all(organizations)).size).toBe(3)
})

test('a key of the sandbox `default` is unknown in every other sandbox', async () => {
  const { call } = await startApp()
  const { body: key } = await call('POST', keysUrl, { body: { name: 'default only' } })
  await call('GET', inSandbox('a'))
  for (const name of ['a', 'b']) {
    const response = await call('GET', inSandbox(name), { as: key.value })
    expect(response.status).toBe(401)
    expect(response.headers['x-emulator-reason']).toBe(`token_unknown; sandbox=${name}`)
  }
  expect((await call('GET', '/sandbox/default/v1/organization/admin_api_keys', { as: key.value })).status).toBe(200)
})

test('keys with the same value in two sandboxes are independent', async () => {
  const { call } = await startApp()
  const first = (await call('GET', inSandbox('a'))).body.first_id
  await call('DELETE', `${inSandbox('a')}/${first}`)
  expect((await call('GET', inSandbox('a'))).status).toBe(401)
  expect((await call('GET', inSandbox('b'))).status).toBe(200)
})

test('a request with a wrong key creates its sandbox; one with an unknown URL or a wrong method does not', async () => {
  const { call } = await startApp({ maxSandboxes: 2 })
  for (const [method, url] of [
    ['GET', '/sandbox/x1/v1/unknown'],
    ['GET', '/sandbox/x2'],
    ['GET', '/sandbox/x3/'],
    ['GET', '/sandbox/x4/health'],
    ['PATCH', inSandbox('x5')],
    ['GET', `${inSandbox('x6')}/`],
    ['GET', `${inSandbox('x7')}/%zz`],
  ] as const) {
    const { status, headers } = await call(method, url)
    expect(status, url).toBeGreaterThanOrEqual(400)
    expect(headers, url).not.toHaveProperty('openai-organization')
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/)
  }
  expect((await call('GET', inSandbox('unauthorized'), { as: 'wrong' })).status).toBe(401)
  expect((await call('GET', inSandbox('one-more'))).status).toBe(503)
})

test('a request above the sandbox limit is rejected before authentication; existing sandboxes still work', async () => {
  const { call } = await startApp({ maxSandboxes: 3 })
  expect((await call('GET', inSandbox('a'))).status).toBe(200)
  expect((await call('GET', inSandbox('b'))).status).toBe(200)
  const response = await call('GET', inSandbox('c'), { as: null })
  expect(response.status).toBe(503)
  expect(response.text).toBe(
    `{"error":{"message":"The sandbox 'c' cannot be created: the limit of 3 sandboxes (--max-sandboxes) is reached.","type":"emulator_error","param":null,"code":"sandbox_limit"}}`,
  )
  expect(response.headers['x-should-retry']).toBe('false')
  expect(response.headers['x-emulator-reason']).toBe('sandbox_limit; sandbox=c; limit=3')
  expect(response.headers).not.toHaveProperty('openai-organization')
  expect((await call('GET', inSandbox('a'))).status).toBe(200)
  expect((await call('GET', keysUrl)).status).toBe(200)
})

describe('sandbox names', () => {
  test.each(['a', 'A', '0', 'a.b_c-d', 'x'.repeat(64), '%61bc', 'a%2Eb', 'default'])(
    '`%s` is a valid sandbox name',
    async (name) => {
      const { call } = await startApp()
      expect((await call('GET', inSandbox(name))).status).toBe(200)
    },
  )

  test.each(['_a', '-a', 'x'.repeat(65), 'a%2Fb', 'a%20b', 'ä', '%00', 'a%0Ab', '', 'a%25b'])(
    '`%s` is not a sandbox name, so the URL is unknown',
    async (name) => {
      const { call } = await startApp()
      const response = await call('GET', inSandbox(name))
      expect(response.status).toBe(404)
      expect(response.body.error.message).toContain('Invalid URL')
      expect(response.headers).not.toHaveProperty('openai-organization')
      if (name !== '') expect(response.headers['x-emulator-reason']).toMatch(/^sandbox_name_invalid; rule=1 to 64 of /)
    },
  )

  test('a sandbox name with invalid percent-encoding is a malformed URL', async () => {
    const { call } = await startApp()
    expect((await call('GET', inSandbox('%zz'))).status).toBe(400)
    expect((await call('GET', inSandbox('%ff'))).status).toBe(400)
  })

  test('sandbox names are case-sensitive and decoded once', async () => {
    const { call } = await startApp()
    await call('POST', inSandbox('case'), { body: { name: 'lower' } })
    expect((await call('GET', inSandbox('CASE'))).body.data).toHaveLength(1)
    expect((await call('GET', inSandbox('c%61se'))).body.data).toHaveLength(2)
  })

  test('only the first sandbox prefix of a URL is removed', async () => {
    const { call } = await startApp()
    const response = await call('GET', '/sandbox/a/sandbox/b/v1/organization/admin_api_keys')
    expect(response.body.error.message).toBe('Invalid URL (GET /sandbox/b/v1/organization/admin_api_keys)')
  })

  test('names of object properties such as `constructor` are valid sandbox names', async () => {
    const { call } = await startApp()
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      expect((await call('GET', inSandbox(name))).status).toBe(200)
    }
  })
})

test.each([
  ['/sandbox/a/v1/organization/admin_api_keys?x=1', '/v1/organization/admin_api_keys'],
  ['/s%61ndbox/a%2Eb/v1/organization/admin%5Fapi_keys', '/v1/organization/admin%5Fapi_keys'],
])('the error message for a wrong method on %s names the URL without the sandbox', async (url, path) => {
  const { call } = await startApp()
  const { body } = await call('PATCH', url)
  expect(body.error.message).toContain(`Not allowed to PATCH on ${path}.`)
})

test.each([
  ['/sandbox/a/v1/foo?x=1', '/v1/foo'],
  ['/sandbox/default/v1/organization/admin_api_keys/', '/v1/organization/admin_api_keys/'],
  ['/sandbox/a/', '/'],
  ['/sandbox/a', '/'],
  ['/sandbox/_a/v1/foo', '/sandbox/_a/v1/foo'],
])('the error message for the unknown URL %s names %s', async (url, path) => {
  const { call } = await startApp()
  const { body } = await call('GET', url)
  expect(body.error.message).toBe(`Invalid URL (GET ${path})`)
})

describe('sandbox time to live', () => {
  const bearer = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

  async function startServer(sandboxTtl: number) {
    const url = await (await startApp({ sandboxTtl, maxSandboxes: 3 })).listen()
    const create = (path: string) => fetch(url + path, { method: 'POST', headers: bearer, body: '{"name":"x"}' })
    const count = async (path: string) => {
      const { data } = (await (await fetch(url + path, { headers: bearer })).json()) as { data: unknown[] }
      return data.length
    }
    return { url, create, count }
  }

  test('an idle sandbox is removed; `default` and a sandbox in use are kept', async () => {
    const { create, count } = await startServer(400)
    for (const path of [keysUrl, inSandbox('idle'), inSandbox('busy')]) await create(path)
    for (let n = 0; n < 12; n++) {
      await sleep(60)
      expect(await count(inSandbox('busy'))).toBe(2)
    }
    // There is room for a third sandbox again, and the removed one is created from the seed.
    expect(await count(inSandbox('idle'))).toBe(1)
    expect(await count(keysUrl)).toBe(2)
  })

  test('a sandbox does not expire while a request body arrives', async () => {
    const { url, count } = await startServer(100)
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{"name":'))
        await sleep(500)
        controller.enqueue(new TextEncoder().encode('"slow"}'))
        controller.close()
      },
    })
    const response = await fetch(url + inSandbox('slow'), {
      method: 'POST',
      headers: bearer,
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(200)
    expect(await count(inSandbox('slow'))).toBe(2)
  })

  test.each([
    ['that is rejected', '', []],
    ['that a fault delays', `authorization: Bearer ${adminKey}\r\n`, [{ kind: 'delay', ms: 3_600_000 }]],
    ['that a fault makes hang', `authorization: Bearer ${adminKey}\r\n`, [{ kind: 'hang' }]],
  ])(
    'a request %s and whose body stays incomplete does not keep its sandbox from expiring',
    async (_case, authorization, faults) => {
      const { url, create, count } = await startServer(100)
      await create(inSandbox('left'))
      const control = `${url}/sandbox/left/_emulator/faults`
      const json = { 'content-type': 'application/json' }
      for (const fault of faults)
        await fetch(control, { method: 'POST', headers: json, body: JSON.stringify({ operation: '*', ...fault }) })
      const head = `POST ${inSandbox('left')} HTTP/1.1\r\nhost: x\r\n${authorization}content-type: application/json\r\n`
      await sendRaw(url, `${head}content-length: 12\r\n\r\n{"n`, { timeoutMs: 150 })
      await sleep(500)
      // Created again from the seed, without the key.
      expect(await count(inSandbox('left'))).toBe(1)
    },
  )
})

test('40 sandboxes used concurrently do not affect each other', async () => {
  const { call } = await startApp()
  await Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      const url = inSandbox(`test-${n}`)
      for (let k = 0; k < n; k++) await call('POST', url, { body: { name: `${n}/${k}` } })
      const { body } = await call('GET', `${url}?limit=100`, { as: adminKey })
      expect(body.data.slice(1).map(({ name }: { name: string }) => name)).toEqual(
        Array.from({ length: n }, (_, k) => `${n}/${k}`),
      )
    }),
  )
})
