import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'

const missingAuthentication =
  '{"error":{"message":"Missing bearer or basic authentication in header","type":"invalid_request_error","param":null,"code":null}}'

const incorrectKey = (masked: string) =>
  `{"error":{"message":"Incorrect API key provided: ${masked}. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`

const missingScope = (scope: string) =>
  `You have insufficient permissions for this operation. Missing scopes: ${scope}. Check that you have the correct role in your organization, and if you're using a restricted API key, that it has the necessary scopes.`

test.each([
  ['no Authorization header', undefined],
  ['an empty Authorization header', ''],
  ['Basic authentication', 'Basic dXNlcjpwYXNz'],
  ['a Bearer scheme without a token', 'Bearer'],
  ['a Bearer scheme followed by a space only', 'Bearer '],
  ['an unknown authentication scheme', `Token ${adminKey}`],
  ['a key without a scheme', adminKey],
  ['no space between scheme and key', `Bearer${adminKey}`],
])('a request with %s is rejected for missing authentication', async (_what, authorization) => {
  const { call } = await startApp()
  const response = await call('GET', keysUrl, {
    as: null,
    headers: authorization === undefined ? {} : { authorization },
  })
  expect(response.status).toBe(401)
  expect(response.text).toBe(missingAuthentication)
  expect(response.headers).toMatchObject({
    'www-authenticate': 'Bearer realm="OpenAI API"',
    'x-emulator-reason': 'missing_authentication',
  })
  for (const header of ['openai-organization', 'openai-version', 'openai-processing-ms']) {
    expect(response.headers).not.toHaveProperty(header)
  }
})

test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('the authentication scheme %s is accepted', async (scheme) => {
  const { call } = await startApp()
  const headers = { authorization: `${scheme} ${adminKey}` }
  expect((await call('GET', keysUrl, { as: null, headers })).status).toBe(200)
})

test.each([
  ['x', 'x'],
  ['twelve-chars', 'twelve-chars'],
  ['thirteen-char', 'thirteen*char'],
  ['sk-admin-wrong-value', 'sk-admin********alue'],
  [`sk-admin-${'a'.repeat(124)}`, `sk-admin${'*'.repeat(121)}aaaa`],
  [' two  blanks first', ' two  bl******irst'],
])('the unknown key %j is rejected and masked as %j', async (as, masked) => {
  const { call } = await startApp()
  const response = await call('GET', keysUrl, { as })
  expect(response.status).toBe(401)
  expect(response.text).toBe(incorrectKey(masked))
  expect(response.headers).toMatchObject({
    'www-authenticate': 'Bearer realm="OpenAI API"',
    'openai-version': '2020-10-01',
    'x-emulator-reason': 'token_unknown; sandbox=default',
  })
  expect(response.headers).toHaveProperty('openai-processing-ms')
  expect(response.headers).not.toHaveProperty('openai-organization')
})

describe('keys that are not admin keys', () => {
  test.each([
    ['list', 'GET', '', 'api.management.read'],
    ['retrieve', 'GET', '/key_x', 'api.management.read'],
    ['create', 'POST', '', 'api.management.write'],
    ['delete', 'DELETE', '/key_x', 'api.management.write'],
  ])('%s rejects project and service account keys for a missing scope', async (_operation, method, path, scope) => {
    for (const as of ['sk-proj-abcdefghijk', 'sk-svcacct-abcdefghijk']) {
      const { call } = await startApp()
      const response = await call(method, keysUrl + path, { as })
      expect(response.status).toBe(403)
      expect(response.body).toEqual({
        error: { message: missingScope(scope), type: 'invalid_request_error', param: null, code: null },
      })
      expect(response.headers).toHaveProperty('openai-organization')
      expect(response.headers['x-emulator-reason']).toContain('not_an_admin_key')
    }
  })

  test('`scope_error: string` returns the missing scope error as a bare string', async () => {
    const { call } = await startApp({ seed: 'behavior: { scope_error: string }' })
    expect((await call('GET', keysUrl, { as: 'sk-proj-abc' })).body).toEqual({
      error: missingScope('api.management.read'),
    })
  })

  test('a known key with a project prefix authenticates unless it is expired or deleted', async () => {
    const { call } = await startApp({
      seed: `
        keys:
          - { name: live, value: sk-proj-live-one }
          - { name: expired, value: sk-proj-expired-one, expires_at: -1s }
          - { name: deleted, value: sk-proj-deleted-one, deleted: true }`,
    })
    expect((await call('GET', keysUrl, { as: 'sk-proj-live-one' })).status).toBe(200)
    expect((await call('GET', keysUrl, { as: 'sk-proj-expired-one' })).status).toBe(401)
    expect((await call('GET', keysUrl, { as: 'sk-proj-deleted-one' })).status).toBe(401)
  })
})

test('a key expires at exactly expires_at, and the reason header names the key and both times', async () => {
  const { call } = await startApp({
    seed: `
      clock: { now: 2026-01-01T00:00:00Z, frozen: true }
      keys:
        - { id: key_now, name: now, value: sk-admin-now, expires_at: +0s }
        - { id: key_then, name: then, value: sk-admin-then, expires_at: +1s }`,
  })
  expect((await call('GET', keysUrl, { as: 'sk-admin-then' })).status).toBe(200)
  const response = await call('GET', keysUrl, { as: 'sk-admin-now' })
  expect(response.status).toBe(401)
  expect(response.headers['x-emulator-reason']).toBe('key_expired; key=key_now; expires_at=1767225600; now=1767225600')
})

test('a deleted key is reported as deleted in the reason header but as unknown in the body', async () => {
  const { call, create } = await startApp()
  const key = await create()
  await call('DELETE', `${keysUrl}/${key.id}`)
  const response = await call('GET', keysUrl, { as: key.value })
  expect(response.headers['x-emulator-reason']).toBe(`key_deleted; key=${key.id}`)
  expect(response.body.error.message).toMatch(/^Incorrect API key provided: sk-admin\*{121}.{4}\. /)
})

test('a bearer token may contain spaces', async () => {
  const { call } = await startApp({ adminKey: 'My Admin API Key' })
  expect((await call('GET', keysUrl, { as: 'My Admin API Key' })).status).toBe(200)
  expect((await call('GET', keysUrl, { as: 'My Admin' })).status).toBe(401)
})

test('a key in the query string, a cookie or another header does not authenticate', async () => {
  const { call } = await startApp()
  const queries = [`?api_key=${adminKey}`, `?access_token=${adminKey}`, `?authorization=Bearer%20${adminKey}`]
  for (const query of queries)
    expect((await call('GET', keysUrl + query, { as: null })).text).toBe(missingAuthentication)
  const headers = { cookie: `authorization=Bearer ${adminKey}`, 'x-api-key': adminKey, 'api-key': adminKey }
  expect((await call('GET', keysUrl, { as: null, headers })).text).toBe(missingAuthentication)
})

test('a failed operation still updates last_used_at of the key that authenticated', async () => {
  const { call, create } = await startApp({ seed: 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }' })
  const failures = [
    { method: 'GET', url: `${keysUrl}/key_none`, options: {} },
    { method: 'GET', url: `${keysUrl}?limit=x`, options: {} },
    { method: 'POST', url: keysUrl, options: { rawBody: '{' } },
    { method: 'DELETE', url: `${keysUrl}/key_none`, options: {} },
  ]
  for (const { method, url, options } of failures) {
    const key = await create()
    expect((await call(method, url, { as: key.value, ...options })).status).toBeGreaterThanOrEqual(400)
    expect((await call('GET', `${keysUrl}/${key.id}`)).body.last_used_at).toBe(1_767_225_600)
  }
})

test('a key that is rejected keeps its last_used_at', async () => {
  const { call } = await startApp({ seed: ['lifecycle'] })
  const before = (await call('GET', `${keysUrl}/key_expired`)).body.last_used_at
  expect((await call('GET', keysUrl, { as: 'sk-admin-expired' })).status).toBe(401)
  expect((await call('GET', `${keysUrl}/key_expired`)).body.last_used_at).toBe(before)
})

test('authentication is checked after the URL and method, and before the body', async () => {
  const { call } = await startApp()
  expect((await call('POST', keysUrl, { as: 'wrong', rawBody: '{' })).status).toBe(401)
  expect(
    (await call('POST', keysUrl, { as: null, rawBody: 'x', headers: { 'content-type': 'text/plain' } })).status,
  ).toBe(401)
  expect((await call('PATCH', keysUrl, { as: null })).status).toBe(405)
  expect((await call('GET', '/v1/nothing', { as: null })).status).toBe(404)
})

describe('behavior auth: any', () => {
  const seed = `
    behavior: { auth: any }
    organization: { user: { id: user-jane, name: Jane } }
    keys:
      - { id: key_bot, name: bot, value: sk-admin-bot, owner: { type: service_account, id: sa_1, name: bot } }
      - { id: key_old, name: old, value: sk-admin-old, expires_at: -1d }`

  test.each(['My Admin API Key', 'string', 'sk-proj-abc', 'sk-admin-old', 'x'])(
    '`auth: any` accepts the bearer token %j and lets it act as the default user',
    async (as) => {
      const { call, create } = await startApp({ seed })
      expect((await call('GET', keysUrl, { as })).status).toBe(200)
      expect((await create({ name: 'a' }, { as })).owner).toMatchObject({ id: 'user-jane', name: 'Jane' })
    },
  )

  test('`auth: any` still requires a bearer token', async () => {
    const { call } = await startApp({ seed })
    expect((await call('GET', keysUrl, { as: null })).text).toBe(missingAuthentication)
  })

  test('`auth: any` lets a known key act as its owner and updates its last_used_at', async () => {
    const { call, create } = await startApp({ seed })
    expect((await create({ name: 'a' }, { as: 'sk-admin-bot' })).owner).toMatchObject({ id: 'sa_1' })
    expect((await call('GET', `${keysUrl}/key_bot`)).body.last_used_at).not.toBeNull()
  })
})
