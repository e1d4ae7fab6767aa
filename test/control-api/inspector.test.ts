import { describe, expect, test } from 'vitest'
import { startControlApp } from '../support/control-app.ts'
import { sendRaw } from '../support/raw-http.ts'

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

async function startServer(options: Parameters<typeof startControlApp>[0] = {}) {
  const testApp = await startControlApp(options)
  const url = await testApp.listen()
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers, redirect: 'manual' })
  return { ...testApp, url, get }
}

describe('the page of the inspector', () => {
  test('every view is the same page, with one script and one style sheet from the emulator', async () => {
    const { get } = await startServer()
    const page = await get('/_emulator/ui/')
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const html = await page.text()
    for (const path of [
      'default/keys/key_1?filter=x',
      'my-test/requests',
      'a/b/c/d',
      'default/keys/..%2f..%2fpackage.json',
    ]) {
      expect(await (await get(`/_emulator/ui/${path}`)).text(), path).toBe(html)
    }
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, link]) => link)
      .filter((link) => link !== 'data:,')
    expect(links.sort()).toEqual(['/_emulator/ui/inspector.css', '/_emulator/ui/inspector.js'])
    const [style, script] = await Promise.all(links.map((link = '') => get(link)))
    expect([style?.status, style?.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
    expect([script?.status, script?.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
  })

  test('its policy allows no inline script or style, and nothing from elsewhere', async () => {
    const { get } = await startServer()
    for (const path of ['/_emulator/ui/', '/_emulator/ui/default/keys', '/_emulator/ui/inspector.js']) {
      const { headers } = await get(path)
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self'",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
    expect(await (await get('/_emulator/ui/')).text()).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=/)
  })

  test.each(['', 'inspector.css', 'inspector.js'])(
    'a browser that has /_emulator/ui/%s gets 304 instead of it again',
    async (file) => {
      const { get, url } = await startServer()
      const first = await get(`/_emulator/ui/${file}`)
      const etag = first.headers.get('etag') ?? ''
      expect(etag).toMatch(/^"[\w-]{22}"$/)
      expect(first.headers.get('cache-control')).toBe('no-cache')
      const again = await get(`/_emulator/ui/${file}`, { 'if-none-match': `"other", W/${etag}` })
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
      expect((await get(`/_emulator/ui/${file}`, { 'if-none-match': '"other"' })).status).toBe(200)
      const head = await fetch(`${url}/_emulator/ui/${file}`, { method: 'HEAD' })
      expect([head.status, head.headers.get('etag')]).toEqual([200, etag])
    },
  )

  test('it needs no control token and creates no sandbox, and the controls still need theirs', async () => {
    const { get, control, call } = await startServer({ controlToken: 'let-me-in' })
    expect((await get('/_emulator/ui/new/keys')).status).toBe(200)
    expect((await control('GET', '/keys')).status).toBe(401)
    const { body } = await call('GET', '/_emulator/sandboxes', { as: 'let-me-in' })
    expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['default'])
  })

  test('it is refused under a public host name, and opened by a link of another site', async () => {
    const { app, get } = await startServer()
    const { statusCode } = await app.inject({ url: '/_emulator/ui/', headers: { host: 'evil.example.com' } })
    expect(statusCode).toBe(403)
    expect((await get('/_emulator/ui/', { 'sec-fetch-site': 'cross-site' })).status).toBe(200)
  })

  test('the page of a sandbox is also found below the sandbox, and only GET and HEAD are allowed', async () => {
    const { get, call } = await startServer()
    for (const [path, location] of [
      ['/_emulator/ui', '/_emulator/ui/'],
      ['/sandbox/a/_emulator/ui/', '/_emulator/ui/a/'],
      ['/sandbox/a/_emulator/ui', '/_emulator/ui/a/'],
    ] as const) {
      const response = await get(path)
      expect([response.status, response.headers.get('location')]).toEqual([302, location])
    }
    const { status, headers } = await call('POST', '/_emulator/ui/', { as: null })
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD'])
  })
})

describe('the root', () => {
  test('a browser is redirected to the inspector, and its request is not journaled', async () => {
    const { get, control } = await startServer()
    const response = await get('/', browser)
    expect([response.status, response.headers.get('location'), response.headers.get('vary')]).toEqual([
      302,
      '/_emulator/ui/',
      'Accept',
    ])
    expect((await control('GET', '/journal')).body.count).toBe(0)
  })

  test('other clients, methods and paths get the error of the API as before', async () => {
    const { get, url, control } = await startServer()
    const responses = [
      await get('/'),
      await get('/', { accept: '*/*' }),
      await get('/', { accept: 'application/json' }),
      await get('/v1/', browser),
      await fetch(`${url}/`, { method: 'POST', headers: browser }),
    ]
    for (const response of responses) {
      expect([response.status, ((await response.json()) as { error: { type: string } }).error.type]).toEqual([
        404,
        'invalid_request_error',
      ])
    }
    expect((await control('GET', '/journal')).body.count).toBe(5)
    // A malformed path is routed as if it were the root.
    expect((await get('/%zz', browser)).status).not.toBe(302)
  })

  test('a redirect in a pipeline is in order', async () => {
    const { url } = await startServer()
    const one = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\naccept: text/html\r\n\r\n`
    const text = await sendRaw(url, `${one('/health')}${one('/')}${one('/ready')}`)
    const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    expect(statuses).toEqual(['200', '302', '200'])
  })
})
