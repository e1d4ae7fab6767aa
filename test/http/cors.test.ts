import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { runProgram, serve } from '../support/program.ts'

const page = 'https://app.example.com'
const corsHeadersOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'))

/** Asks, as a browser does before a request that a plain form could not send. */
const preflight = (url: string, origin: string, requested = 'authorization', method = 'GET') =>
  fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': requested },
  })

/** Sends a request of a page, and throws where a browser would not let the page see the response. */
function createBrowserFetch(origin: string) {
  const exposed: string[] = []
  const browserFetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    const { method = 'GET', headers } = init
    const names = [...new Headers(headers).keys()].filter((name) => name !== 'accept')
    const permission = await preflight(String(url), origin, names.sort().join(','), method)
    const allowedHeaders = permission.headers.get('access-control-allow-headers')?.split(',') ?? []
    const allowedMethods = permission.headers.get('access-control-allow-methods')?.split(', ') ?? []
    const isAllowed =
      permission.ok &&
      permission.headers.get('access-control-allow-origin') === origin &&
      allowedMethods.includes(method) &&
      names.every((name) => allowedHeaders.includes(name))
    if (!isAllowed) throw new TypeError('blocked by the preflight')
    const response = await fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(headers)), origin } })
    if (response.headers.get('access-control-allow-origin') !== origin) throw new TypeError('blocked by CORS')
    exposed.push(...(response.headers.get('access-control-expose-headers')?.split(', ') ?? []))
    return response
  }
  return { fetch: browserFetch, exposed }
}

test('the official client works in a page of an allowed origin, errors included', async () => {
  const { url } = await serve(['--cors-origin', page])
  const browser = createBrowserFetch(page)
  const client = new OpenAI({
    baseURL: `${url}/v1`,
    adminAPIKey: adminKey,
    apiKey: 'unused',
    organization: 'org-x',
    dangerouslyAllowBrowser: true,
    maxRetries: 0,
    fetch: browser.fetch,
  })
  const created = await client.admin.organization.adminAPIKeys.create({ name: 'from a page' })
  expect(created.value).toMatch(/^sk-admin-/)
  await client.admin.organization.adminAPIKeys.delete(created.id)
  await expect(client.admin.organization.adminAPIKeys.retrieve(created.id)).rejects.toMatchObject({ status: 404 })
  expect(browser.exposed).toEqual(expect.arrayContaining(['x-request-id', 'x-emulator-reason', 'retry-after']))
})

test('the official client is blocked in a page of another origin', async () => {
  const { url } = await serve(['--cors-origin', page])
  const { fetch } = createBrowserFetch('https://other.example.com')
  const options = { apiKey: 'unused', dangerouslyAllowBrowser: true, maxRetries: 0, fetch }
  const client = new OpenAI({ baseURL: `${url}/v1`, adminAPIKey: adminKey, ...options })
  await expect(client.admin.organization.adminAPIKeys.list()).rejects.toThrow('Connection error')
})

describe('with --cors-origin', () => {
  test.each([
    ['a 200', keysUrl, adminKey, 200],
    ['a 401', keysUrl, 'wrong', 401],
    ['a 404 of a key', `${keysUrl}/key_x`, adminKey, 404],
    ['a 404 of an unknown URL', '/v1/unknown', adminKey, 404],
    ['a 400 of the URL', `${keysUrl}/%zz`, adminKey, 400],
    ['a response of a sandbox', `/sandbox/default${keysUrl}`, adminKey, 200],
  ])('%s echoes the origin', async (_case, path, token, status) => {
    const { url } = await serve(['--cors-origin', 'http://localhost:3000', '--cors-origin', page])
    const response = await fetch(url + path, { headers: { origin: page, authorization: `Bearer ${token}` } })
    expect(response.status).toBe(status)
    expect(corsHeadersOf(response)).toMatchObject({ 'access-control-allow-origin': page, vary: 'Origin' })
    const other = await fetch(url + path, { headers: { origin: `${page}:8443`, authorization: `Bearer ${token}` } })
    expect(corsHeadersOf(other)).toEqual({ vary: 'Origin' })
  })

  test('a response that an injected fault sends echoes the origin', async () => {
    const { url } = await serve(['--cors-origin', page])
    for (const kind of ['malformed_json', 'error', 'truncated_body']) {
      const fault = { operation: 'list', kind, ...(kind === 'error' && { status: 429 }) }
      const headers = { 'content-type': 'application/json' }
      await fetch(`${url}/_emulator/faults`, { method: 'POST', headers, body: JSON.stringify(fault) })
      const response = await fetch(url + keysUrl, { headers: { origin: page, authorization: `Bearer ${adminKey}` } })
      expect(corsHeadersOf(response)).toMatchObject({ 'access-control-allow-origin': page })
      await response.text().catch(() => {})
    }
  })

  test('* echoes any origin, also null, and never allows credentials', async () => {
    const { url } = await serve([], { EMULATOR_CORS_ORIGIN: '*' })
    for (const origin of [page, 'null', 'http://[::1]:3000']) {
      const response = await preflight(url + keysUrl, origin)
      expect(response.status).toBe(204)
      expect(corsHeadersOf(response)).toEqual({
        'access-control-allow-headers': 'authorization',
        'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
        'access-control-allow-origin': origin,
        'access-control-max-age': '600',
        vary: 'Origin, Access-Control-Request-Headers',
      })
    }
  })

  test.each([
    '/_emulator/clock',
    '/health',
    '/ready',
    '/docs',
    '/openapi.yaml',
    '/_emulator/unknown',
    '/v1/_emulator/clock',
  ])('%s never carries CORS headers', async (path) => {
    const { url } = await serve(['--cors-origin', '*'])
    const origin = 'http://localhost:3000'
    for (const response of [await fetch(url + path, { headers: { origin } }), await preflight(url + path, origin)]) {
      expect(corsHeadersOf(response)).toEqual({})
      expect(response.status).not.toBe(204)
    }
  })

  test('pages of an allowed origin create no sandbox and reach no control', async () => {
    const { url } = await serve(['--cors-origin', page])
    const headers = { origin: page, 'sec-fetch-site': 'cross-site', authorization: `Bearer ${adminKey}` }
    const response = await fetch(`${url}/sandbox/new${keysUrl}`, { headers })
    expect(response.status).toBe(403)
    expect(corsHeadersOf(response)).toMatchObject({ 'access-control-allow-origin': page })
    expect((await fetch(`${url}/_emulator/clock`, { headers })).status).toBe(403)
  })

  test('preflight requests are not in the journal', async () => {
    const { url } = await serve(['--cors-origin', page])
    await preflight(url + keysUrl, page)
    expect(await (await fetch(`${url}/_emulator/journal`)).json()).toMatchObject({ count: 0 })
  })
})

test('without --cors-origin, a preflight request is 405', async () => {
  const { url } = await serve()
  const response = await preflight(url + keysUrl, page)
  expect(response.status).toBe(405)
  expect(corsHeadersOf(response)).toEqual({})
})

test.each([
  'app.example.com',
  'http://localhost:3000/',
  'https://a.example.com/path',
  'https://*.example.com',
  'http://',
  '**',
])('%s is refused as an origin', async (origin) => {
  const { code, stderr } = await runProgram(['--port', '0', '--cors-origin', origin])
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('It must be * or an origin without a path, such as http://localhost:3000.'),
  })
})

test.each(['HTTPS://App.Example.com', 'https://app.example.com:443'])(
  '%s is written as browsers do',
  async (origin) => {
    const { url } = await serve(['--cors-origin', origin])
    expect(corsHeadersOf(await preflight(url + keysUrl, page))).toMatchObject({ 'access-control-allow-origin': page })
  },
)

test('an origin with another scheme is accepted', async () => {
  const { url } = await serve(['--cors-origin', 'tauri://localhost'])
  const response = await preflight(url + keysUrl, 'tauri://localhost')
  expect(corsHeadersOf(response)).toMatchObject({ 'access-control-allow-origin': 'tauri://localhost' })
})
