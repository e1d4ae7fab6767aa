import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'

test('create shows the value once; retrieve and list never do', async () => {
  const { call, create } = await startApp()
  const created = await create({ name: 'ci' })
  expect(created.value).toMatch(/^sk-admin-[A-Za-z0-9_-]{124}$/)
  const retrieved = await call('GET', `${keysUrl}/${created.id}`)
  expect(retrieved.body).not.toHaveProperty('value')
  const listed = await call('GET', keysUrl)
  expect(listed.text).not.toContain(created.value)
})

test('create answers the fields in the order of the API, value last, without an unneeded byte', async () => {
  const { call, create } = await startApp({ seed: 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }' })
  const text = JSON.stringify(await create({ name: 'ci', expires_in_seconds: 60 }))
  const owner =
    '{"type":"user","object":"organization.user","id":"user-[A-Za-z0-9]{24}","name":"Local admin","created_at":1767225600,"role":"owner"}'
  expect(text).toMatch(
    new RegExp(
      `^{"object":"organization.admin_api_key","id":"key_[A-Za-z0-9]{16}","name":"ci","redacted_value":"sk-admin\\.\\.\\.[A-Za-z0-9_-]{3}","created_at":1767225600,"expires_at":1767225660,"last_used_at":null,"owner":${owner},"value":"sk-admin-[A-Za-z0-9_-]{124}"}$`,
    ),
  )
  const { text: raw } = await call('POST', keysUrl, { body: { name: 'ci' } })
  expect(raw).toBe(JSON.stringify(JSON.parse(raw)))
})

test('the redacted value is the first 8 and the last 3 characters of the value', async () => {
  const { create } = await startApp()
  const { value, redacted_value } = await create()
  expect(redacted_value).toBe(`${value.slice(0, 8)}...${value.slice(-3)}`)
})

test('a created key authenticates at once, and is unused until then', async () => {
  const { call, create } = await startApp()
  const created = await create()
  expect(created.last_used_at).toBeNull()
  const seen = await call('GET', `${keysUrl}/${created.id}`, { as: created.value })
  expect(seen.status).toBe(200)
  expect(seen.body.last_used_at).toBeGreaterThanOrEqual(created.created_at)
})

test('a key without expires_in_seconds never expires and says so', async () => {
  const { create } = await startApp()
  expect(await create({ name: 'for ever' })).toHaveProperty('expires_at', null)
})

test.each([1, 31_536_000, 5.0])(
  'expires_in_seconds %d is added to the time of creation',
  async (expires_in_seconds) => {
    const { create } = await startApp()
    const key = await create({ name: 'a', expires_in_seconds })
    expect(key.expires_at - key.created_at).toBe(expires_in_seconds)
  },
)

test('a key stops authenticating when its time has come, and stays listed, readable and deletable', async () => {
  const { call, create } = await startApp()
  const key = await create({ name: 'short', expires_in_seconds: 1 })
  await expect.poll(async () => (await call('GET', keysUrl, { as: key.value })).status, { timeout: 4000 }).toBe(401)
  expect((await call('GET', `${keysUrl}/${key.id}`)).status).toBe(200)
  expect((await call('GET', keysUrl)).text).toContain(key.id)
  expect((await call('DELETE', `${keysUrl}/${key.id}`)).status).toBe(200)
})

test('ids and values of many keys are all different', async () => {
  const { create } = await startApp()
  const keys = await Promise.all(Array.from({ length: 300 }, () => create()))
  expect(new Set(keys.map((key) => key.id)).size).toBe(300)
  expect(new Set(keys.map((key) => key.value)).size).toBe(300)
})

test('two equal requests make two keys, idempotency key or not', async () => {
  const { create } = await startApp()
  const same = { headers: { 'idempotency-key': 'once' } }
  expect((await create({ name: 'a' }, same)).id).not.toBe((await create({ name: 'a' }, same)).id)
})

test('the owner of a created key is the owner of the key that made the call', async () => {
  const { create } = await startApp({
    seed: `keys: [{ name: bot, value: sk-admin-bot, created_at: 1700000000, owner: { type: service_account, id: sa_1, name: deploy-bot } }]`,
  })
  const key = await create({ name: 'made by a bot' }, { as: 'sk-admin-bot' })
  expect(key.owner).toEqual({
    type: 'service_account',
    object: 'organization.service_account',
    id: 'sa_1',
    name: 'deploy-bot',
    created_at: 1_700_000_000,
    role: 'member',
  })
  expect((await create({ name: 'by its child' }, { as: key.value })).owner).toEqual(key.owner)
})

describe('names come back exactly', () => {
  test.each([
    ['an empty one', ''],
    ['blanks', '  \t '],
    ['a NUL inside', 'a\0b'],
    ['right to left', 'مفتاح \u202e abc'],
    ['emoji', '👩‍👩‍👧‍👦🔑'],
    ['quotes and backslashes', '"\\\'/\b\f\n\r\t'],
    ['line separators', '\u2028\u2029\ufeff'],
    ['something like SQL', `'); DROP TABLE admin_api_keys; --`],
    ['900 KB', 'ж'.repeat(450_000)],
  ])('%s', async (_what, name) => {
    const { call, create } = await startApp()
    const key = await create({ name })
    expect(key.name).toBe(name)
    expect((await call('GET', `${keysUrl}/${key.id}`)).body.name).toBe(name)
    expect((await call('GET', `${keysUrl}?order=desc&limit=1`)).body.data[0].name).toBe(name)
    // Being used changes the text by that alone.
    const unused = (await call('GET', `${keysUrl}/${key.id}`)).text
    const used = await call('GET', `${keysUrl}/${key.id}`, { as: key.value })
    expect(used.text).toBe(unused.replace('"last_used_at":null', `"last_used_at":${used.body.last_used_at}`))
    expect(used.text).toBe(JSON.stringify(used.body))
  })
})

test('fields that the API does not know are ignored, whatever they are called', async () => {
  const { call } = await startApp()
  const rawBody =
    '{"name":"a","scopes":[1],"__proto__":{"name":5},"constructor":{"prototype":null},"expires_in_seconds":9}'
  const { status, body } = await call('POST', keysUrl, { rawBody })
  expect(status).toBe(200)
  expect(body.name).toBe('a')
})

test('content types of JSON are taken with parameters and in any case', async () => {
  const { call } = await startApp()
  for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/json;charset="UTF-8"']) {
    const { status } = await call('POST', keysUrl, { rawBody: '{"name":"a"}', headers: { 'content-type': type } })
    expect(status, type).toBe(200)
  }
})

test('both base paths serve every operation', async () => {
  const { call } = await startApp()
  for (const base of ['', '/v1', '/sandbox/default', '/sandbox/default/v1']) {
    const url = `${base}/organization/admin_api_keys`
    const { body: key } = await call('POST', url, { body: { name: base } })
    expect((await call('GET', `${url}/${key.id}`)).body.name).toBe(base)
    expect((await call('GET', url)).status).toBe(200)
    expect((await call('DELETE', `${url}/${key.id}`)).body).toEqual({
      id: key.id,
      object: 'organization.admin_api_key.deleted',
      deleted: true,
    })
  }
})

test('the admin key is a row of the organization, the first', async () => {
  const { call } = await startApp({ seed: ['paging'] })
  const { body } = await call('GET', `${keysUrl}?limit=1`)
  expect(body.data[0]).toMatchObject({ redacted_value: `${adminKey.slice(0, 8)}...${adminKey.slice(-3)}` })
})
