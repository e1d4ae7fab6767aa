import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'

describe('access to the controls', () => {
  test('with --control-token, controls require it and the API does not', async () => {
    const { call } = await startControlApp({ controlToken: 'let-me-in' })
    for (const as of [null, 'let-me-out', adminKey]) {
      const response = await call('GET', '/_emulator/clock', { as })
      expect([response.status, response.body.error.code]).toEqual([401, 'control_token'])
    }
    expect((await call('GET', '/_emulator/clock', { as: 'let-me-in' })).status).toBe(200)
    expect((await call('GET', keysUrl)).status).toBe(200)
  })

  test('a request with a public host name is rejected and gets no CORS headers', async () => {
    const { call } = await startControlApp()
    const response = await call('POST', '/_emulator/reset', { as: null, headers: { host: 'evil.example.com' } })
    expect([response.status, response.body.error.code]).toEqual([403, 'forbidden_host'])
    expect(response.headers).not.toHaveProperty('access-control-allow-origin')
  })
})

describe('a misplaced control URL', () => {
  test.each([
    '/v1/_emulator/reset',
    '/sandbox/mine/v1/_emulator/reset',
    '/sandbox/a%20b/_emulator/reset',
    '/sandbox/mine/_emulator',
    '/sandboxes/mine/%5Femulator/clock?now=1',
  ])('POST %s is rejected with a message that says where controls are', async (url) => {
    const { call, control } = await startControlApp()
    const { status, body, headers } = await call('POST', url, { as: null })
    expect([status, body.error]).toEqual([
      404,
      {
        message: expect.stringMatching(/ at \/_emulator\/….* at \/sandbox\/NAME\/_emulator\/….* 1 to 64 of /),
        type: 'emulator_error',
        param: null,
        code: 'unknown_url',
      },
    ])
    expect(headers).not.toHaveProperty('openai-version')
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  })

  test('a key id may be `_emulator`', async () => {
    const { call } = await startControlApp()
    expect((await call('GET', `${keysUrl}/_emulator`)).body.error.code).toBe('not_found')
    expect((await call('PUT', `${keysUrl}/_emulator`)).status).toBe(405)
  })

  test.each(['/', '/sandboxes/mine/v1/organization/admin_api_keys'])(
    'the x-emulator-reason of %s says where the API, the controls and the pages are',
    async (url) => {
      const { call } = await startControlApp()
      expect((await call('GET', url)).headers['x-emulator-reason']).toBe(
        `unknown_url; the API is at /v1/organization/ and /sandbox/NAME/v1/organization/, controls are at /_emulator/, pages at /docs; method=GET; path=${url}`,
      )
    },
  )

  test('the old URL /_emulator/requests is unknown', async () => {
    const { control } = await startControlApp()
    for (const [method, path] of [
      ['GET', '/requests'],
      ['DELETE', '/requests'],
      ['GET', '/requests/stream'],
    ] as const) {
      const { status, body } = await control(method, path)
      expect([status, body.error.code]).toEqual([404, 'unknown_url'])
    }
  })
})

describe('a malformed control request gets an error of the emulator, not of the API', () => {
  test.each([
    '/_emulator/sandboxes/%zz',
    '/v1/_emulator/%zz',
    '/_emulator/clock?now=%ff',
    '/sandbox/mine/_emulator/snapshots/%',
    '/sandbox/mine/_emulator/journal?path=%zz',
    '/sandbox/%zz/_emulator/clock',
    '/health?%zz',
  ])('GET %s is rejected for its percent-encoding', async (url) => {
    const { call, control } = await startControlApp()
    const { status, body, headers } = await call('GET', url, { as: null })
    expect([status, body.error]).toEqual([
      400,
      {
        message: expect.stringContaining('percent-encoding'),
        type: 'emulator_error',
        param: null,
        code: 'malformed_url',
      },
    ])
    expect(headers).not.toHaveProperty('openai-version')
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  })

  test.each(['yaml', 'application/', ';', ''])('the content type "%s" is rejected', async (type) => {
    const { call } = await startControlApp()
    for (const rawBody of ['{"frozen":true}', '']) {
      const request = { as: null, rawBody, headers: { 'content-type': type } }
      const { status, body } = await call('PUT', '/sandbox/mine/_emulator/clock', request)
      expect([status, body.error]).toEqual([
        400,
        {
          message: expect.stringContaining(`application/json or application/yaml, got ${JSON.stringify(type)}`),
          type: 'emulator_error',
          param: null,
          code: 'invalid_content_type',
        },
      ])
    }
  })
})
