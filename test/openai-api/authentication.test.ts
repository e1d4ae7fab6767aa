import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'

const missing =
  '{"error":{"message":"Missing bearer or basic authentication in header","type":"invalid_request_error","param":null,"code":null}}'

const incorrect = (masked: string) =>
  `{"error":{"message":"Incorrect API key provided: ${masked}. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`

const scope = (name: string) =>
  `You have insufficient permissions for this operation. Missing scopes: ${name}. Check that you have the correct role in your organization, and if you're using a restricted API key, that it has the necessary scopes.`

describe('no usable header', () => {
  test.each([
    undefined,
    '',
    'Basic dXNlcjpwYXNz',
    'Bearer',
    'Bearer ',
    `Token ${adminKey}`,
    adminKey,
    `Bearer${adminKey}`,
  ])('%j', async (authorization) => {
    const { call } = await startApp()
    const answer = await call('GET', keysUrl, {
      as: null,
      headers: authorization === undefined ? {} : { authorization },
    })
    expect(answer.status).toBe(401)
    expect(answer.text).toBe(missing)
    expect(answer.headers).toMatchObject({
      'www-authenticate': 'Bearer realm="OpenAI API"',
      'x-emulator-reason': 'missing_authentication',
    })
    for (const header of ['openai-organization', 'openai-version', 'openai-processing-ms']) {
      expect(answer.headers).not.toHaveProperty(header)
    }
  })
})

test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('the scheme %s is taken', async (name) => {
  const { call } = await startApp()
  const headers = { authorization: `${name} ${adminKey}` }
  expect((await call('GET', keysUrl, { as: null, headers })).status).toBe(200)
})

describe('a wrong key is masked', () => {
  test.each([
    ['x', 'x'],
    ['twelve-chars', 'twelve-chars'],
    ['thirteen-char', 'thirteen*char'],
    ['sk-admin-wrong-value', 'sk-admin********alue'],
    [`sk-admin-${'a'.repeat(124)}`, `sk-admin${'*'.repeat(121)}aaaa`],
    [' two  blanks first', ' two  bl******irst'],
  ])('%j', async (as, masked) => {
    const { call } = await startApp()
    const answer = await call('GET', keysUrl, { as })
    expect(answer.status).toBe(401)
    expect(answer.text).toBe(incorrect(masked))
    expect(answer.headers).toMatchObject({
      'www-authenticate': 'Bearer realm="OpenAI API"',
      'openai-version': '2020-10-01',
      'x-emulator-reason': 'token_unknown; sandbox=default',
    })
    expect(answer.headers).toHaveProperty('openai-processing-ms')
    expect(answer.headers).not.toHaveProperty('openai-organization')
  })
})

describe('a key of another kind lacks the scope', () => {
  test.each([
    ['GET', '', 'api.management.read'],
    ['GET', '/key_x', 'api.management.read'],
    ['POST', '', 'api.management.write'],
    ['DELETE', '/key_x', 'api.management.write'],
  ])('%s %s', async (method, path, name) => {
    for (const as of ['sk-proj-abcdefghijk', 'sk-svcacct-abcdefghijk']) {
      const { call } = await startApp()
      const answer = await call(method, keysUrl + path, { as })
      expect(answer.status).toBe(403)
      expect(answer.body).toEqual({
        error: { message: scope(name), type: 'invalid_request_error', param: null, code: null },
      })
      expect(answer.headers).toHaveProperty('openai-organization')
      expect(answer.headers['x-emulator-reason']).toContain('not_an_admin_key')
    }
  })

  test('scope_error: string answers the error as a bare string', async () => {
    const { call } = await startApp({ seed: 'behavior: { scope_error: string }' })
    expect((await call('GET', keysUrl, { as: 'sk-proj-abc' })).body).toEqual({ error: scope('api.management.read') })
  })

  test('unless it is a key here', async () => {
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

test('a key expires in the very second of expires_at; the reason says which, when and now', async () => {
  const { call } = await startApp({
    seed: `
      clock: { now: 2026-01-01T00:00:00Z, frozen: true }
      keys:
        - { id: key_now, name: now, value: sk-admin-now, expires_at: +0s }
        - { id: key_then, name: then, value: sk-admin-then, expires_at: +1s }`,
  })
  expect((await call('GET', keysUrl, { as: 'sk-admin-then' })).status).toBe(200)
  const answer = await call('GET', keysUrl, { as: 'sk-admin-now' })
  expect(answer.status).toBe(401)
  expect(answer.headers['x-emulator-reason']).toBe('key_expired; key=key_now; expires_at=1767225600; now=1767225600')
})

test('the reason tells a deleted key from an unknown one; the body does not', async () => {
  const { call, create } = await startApp()
  const key = await create()
  await call('DELETE', `${keysUrl}/${key.id}`)
  const answer = await call('GET', keysUrl, { as: key.value })
  expect(answer.headers['x-emulator-reason']).toBe(`key_deleted; key=${key.id}`)
  expect(answer.body.error.message).toMatch(/^Incorrect API key provided: sk-admin\*{121}.{4}\. /)
})

test('a token may hold blanks', async () => {
  const { call } = await startApp({ adminKey: 'My Admin API Key' })
  expect((await call('GET', keysUrl, { as: 'My Admin API Key' })).status).toBe(200)
  expect((await call('GET', keysUrl, { as: 'My Admin' })).status).toBe(401)
})

test('a key is presented in the header and nowhere else', async () => {
  const { call } = await startApp()
  const places = [`?api_key=${adminKey}`, `?access_token=${adminKey}`, `?authorization=Bearer%20${adminKey}`]
  for (const query of places) expect((await call('GET', keysUrl + query, { as: null })).text).toBe(missing)
  const cookie = { cookie: `authorization=Bearer ${adminKey}`, 'x-api-key': adminKey, 'api-key': adminKey }
  expect((await call('GET', keysUrl, { as: null, headers: cookie })).text).toBe(missing)
})

test('a caller that authenticates is used even when the operation then fails', async () => {
  const { call, create } = await startApp({ seed: 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }' })
  const failures = [
    { method: 'GET', url: `${keysUrl}/key_none`, given: {} },
    { method: 'GET', url: `${keysUrl}?limit=x`, given: {} },
    { method: 'POST', url: keysUrl, given: { rawBody: '{' } },
    { method: 'DELETE', url: `${keysUrl}/key_none`, given: {} },
  ]
  for (const { method, url, given } of failures) {
    const key = await create()
    expect((await call(method, url, { as: key.value, ...given })).status).toBeGreaterThanOrEqual(400)
    expect((await call('GET', `${keysUrl}/${key.id}`)).body.last_used_at).toBe(1_767_225_600)
  }
})

test('a refused caller is not marked as used', async () => {
  const { call } = await startApp({ seed: ['lifecycle'] })
  const before = (await call('GET', `${keysUrl}/key_expired`)).body.last_used_at
  expect((await call('GET', keysUrl, { as: 'sk-admin-expired' })).status).toBe(401)
  expect((await call('GET', `${keysUrl}/key_expired`)).body.last_used_at).toBe(before)
})

test('authentication comes before the form of the body, and after the URL', async () => {
  const { call } = await startApp()
  expect((await call('POST', keysUrl, { as: 'wrong', rawBody: '{' })).status).toBe(401)
  expect(
    (await call('POST', keysUrl, { as: null, rawBody: 'x', headers: { 'content-type': 'text/plain' } })).status,
  ).toBe(401)
  expect((await call('PATCH', keysUrl, { as: null })).status).toBe(405)
  expect((await call('GET', '/v1/nothing', { as: null })).status).toBe(404)
})

describe('auth: any', () => {
  const seed = `
    behavior: { auth: any }
    organization: { user: { id: user-jane, name: Jane } }
    keys:
      - { id: key_bot, name: bot, value: sk-admin-bot, owner: { type: service_account, id: sa_1, name: bot } }
      - { id: key_old, name: old, value: sk-admin-old, expires_at: -1d }`

  test.each(['My Admin API Key', 'string', 'sk-proj-abc', 'sk-admin-old', 'x'])('takes %j', async (as) => {
    const { call, create } = await startApp({ seed })
    expect((await call('GET', keysUrl, { as })).status).toBe(200)
    expect((await create({ name: 'a' }, { as })).owner).toMatchObject({ id: 'user-jane', name: 'Jane' })
  })

  test('wants a bearer all the same', async () => {
    const { call } = await startApp({ seed })
    expect((await call('GET', keysUrl, { as: null })).text).toBe(missing)
  })

  test('lets a key that is known act as itself', async () => {
    const { call, create } = await startApp({ seed })
    expect((await create({ name: 'a' }, { as: 'sk-admin-bot' })).owner).toMatchObject({ id: 'sa_1' })
    expect((await call('GET', `${keysUrl}/key_bot`)).body.last_used_at).not.toBeNull()
  })
})
