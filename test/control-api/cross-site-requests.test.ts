import { describe, expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'

const crossSiteHeaders = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' },
  { origin: 'https://evil.example.com' },
  { origin: 'https://evil.example.com', host: 'emulator.internal:4010' },
  { origin: 'http://localhost.evil.example.com' },
  { origin: 'http://127.0.0.1.evil.example.com' },
  { origin: 'http://emulator@evil.example.com', host: 'emulator' },
  { origin: 'http://192.168.1.5' },
  { origin: 'chrome-extension://localhostlocalhostlocalhostlocalho' },
  { origin: 'null' },
  { origin: '' },
  { origin: 'http://localhost, https://evil.example.com' },
]

const sameSiteHeaders = [
  {},
  { 'sec-fetch-site': 'none' },
  { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:4010' },
  { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
  { origin: 'http://127.0.0.1:3000' },
  { origin: 'http://[::1]:3000' },
  { origin: 'https://app.LOCALHOST' },
  { origin: 'http://emulator:4010', host: 'emulator:4010' },
  { origin: 'http://emulator.ns.svc:4010', host: 'emulator.ns.svc:4010' },
  { origin: 'https://tests.example.com' },
]

const allowedHosts = ['tests.example.com']

describe('a request that a browser sends for another site', () => {
  test.each(crossSiteHeaders)('with %j reaches no control', async (headers) => {
    const { call, create, names, control } = await startControlApp({ allowedHosts })
    await create({ name: 'kept' })
    for (const [method, url, body] of [
      ['POST', '/_emulator/reset', undefined],
      ['POST', '/_emulator/faults', { operation: '*', kind: 'hang', times: null }],
      ['POST', '/_emulator/sandboxes', { name: 'made' }],
      ['GET', '/sandbox/made/_emulator/clock', undefined],
      ['GET', '/_emulator/journal', undefined],
      ['OPTIONS', '/_emulator/reset', undefined],
      ['GET', '/_emulator/unknown', undefined],
      ['POST', '/v1/_emulator/reset', undefined],
      ['PROPFIND', '/_emulator/reset', undefined],
    ] as const) {
      const response = await call(method, url, {
        as: null,
        headers: { 'content-type': 'text/plain', ...headers },
        body,
      })
      expect([method, url, response.status, response.body.error.code]).toEqual([method, url, 403, 'forbidden_origin'])
      expect(response.headers).not.toHaveProperty('access-control-allow-origin')
    }
    expect(await names()).toContain('kept')
    expect((await control('GET', '/faults')).body.data).toEqual([])
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  })

  test.each(crossSiteHeaders)('with %j creates no sandbox, but may use one that exists', async (headers) => {
    const { call, control } = await startControlApp({ allowedHosts })
    const url = `/sandbox/mine${keysUrl}`
    const refused = await call('GET', url, { headers })
    expect([refused.status, refused.body.error]).toEqual([
      403,
      {
        message: expect.stringContaining('another site'),
        type: 'emulator_error',
        param: null,
        code: 'forbidden_origin',
      },
    ])
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
    await control('POST', '/sandboxes', { name: 'mine' })
    expect((await call('GET', url, { headers })).status).toBe(200)
  })

  test('is refused with a message that names the header and its value', async () => {
    const { call } = await startControlApp()
    const messageOf = async (headers: Record<string, string>) =>
      (await call('POST', '/_emulator/reset', { as: null, headers })).body.error.message
    expect(await messageOf({ 'sec-fetch-site': 'cross-site' })).toMatch(
      /Sec-Fetch-Site: cross-site.*localhost and 127\.0\.0\.1 are different sites/,
    )
    expect(await messageOf({ origin: 'https://evil.example.com' })).toMatch(
      /Origin: https:\/\/evil\.example\.com.*--allow-host/,
    )
  })
})

test.each([{}, { 'sec-fetch-site': 'same-origin', origin: 'http://evil.example.com:4010' }])(
  'a page that has rebound its host name creates no sandbox with %j, but may use one that exists',
  async (pageHeaders) => {
    const { call, control } = await startControlApp({ allowedHosts })
    const headers = { host: 'evil.example.com:4010', ...pageHeaders }
    for (const method of ['GET', 'POST']) {
      const { status, body } = await call(method, `/sandbox/mine${keysUrl}`, { headers })
      expect([method, status, body.error.code]).toEqual([method, 403, 'forbidden_host'])
    }
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
    expect((await call('GET', keysUrl, { headers })).status).toBe(200)
    await control('POST', '/sandboxes', { name: 'mine' })
    expect((await call('GET', `/sandbox/mine${keysUrl}`, { headers })).status).toBe(200)
    const allowed = { host: 'tests.example.com' }
    expect((await call('GET', `/sandbox/other${keysUrl}`, { headers: allowed })).status).toBe(200)
  },
)

test.each(sameSiteHeaders)('a request with %j is not cross-site', async (headers) => {
  const { call } = await startControlApp({ allowedHosts })
  expect((await call('POST', '/_emulator/reset', { as: null, headers })).status).toBe(200)
  expect((await call('GET', `/sandbox/mine${keysUrl}`, { headers })).status).toBe(200)
})

test('a link on another site may open the documentation', async () => {
  const { app } = await startControlApp()
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  expect((await app.inject({ url: '/docs', headers })).statusCode).toBe(200)
})

test.each(['emulator.ns.svc', 'emulator.ns.svc:4010', 'emulator.ns.svc.cluster.local'])(
  'the controls are reachable by the Kubernetes name %s',
  async (host) => {
    const { call } = await startControlApp()
    expect((await call('GET', '/_emulator/clock', { as: null, headers: { host } })).status).toBe(200)
  },
)

test.each(['svc.example.com', 'emulatorsvc.example', 'emulator.svc.example.com'])(
  'the controls are not reachable by %s',
  async (host) => {
    const { call } = await startControlApp()
    expect((await call('GET', '/_emulator/clock', { as: null, headers: { host } })).status).toBe(403)
  },
)

describe('every response of the control API, and every page', () => {
  test.each([
    ['/docs', 200],
    ['/docs/static/swagger-initializer.js', 200],
    ['/docs/static/swagger-ui.css', 200],
    ['/docs/static/unknown.js', 404],
    ['/openapi.yaml', 200],
    ['/openapi.json', 200],
    ['/_emulator/clock', 200],
    ['/_emulator/unknown', 404],
    ['/_emulator/%zz', 400],
  ])('has security headers: %s', async (url, status) => {
    const { app } = await startControlApp()
    const { headers, statusCode } = await app.inject(url)
    expect(statusCode).toBe(status)
    expect(headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self' 'unsafe-inline'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
  })

  test('has no inline script, which the policy would block', async () => {
    const { app } = await startControlApp()
    const { body } = await app.inject('/docs')
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|javascript:/)
  })

  test('carries security headers on the journal stream too', async () => {
    const { listen } = await startControlApp()
    const abort = new AbortController()
    const { headers } = await fetch(`${await listen()}/_emulator/journal/stream`, { signal: abort.signal })
    abort.abort()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('is not sent by the emulated API, which the real one does not send', async () => {
    const { call } = await startControlApp()
    expect((await call('GET', keysUrl)).headers).not.toHaveProperty('content-security-policy')
  })
})
