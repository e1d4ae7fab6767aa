import { expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'

test('create returns the value of a key; retrieve and list never do', async () => {
  const { call, create } = await startApp()
  const created = await create({ name: 'ci' })
  expect(created.value).toMatch(/^sk-admin-[A-Za-z0-9_-]{124}$/)
  const retrieved = await call('GET', `${keysUrl}/${created.id}`)
  expect(retrieved.body).not.toHaveProperty('value')
  const listed = await call('GET', keysUrl)
  expect(listed.text).not.toContain(created.value)
})

test('create returns compact JSON with the fields in the order of the API and value last', async () => {
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

test('the redacted value consists of the first 8 and the last 3 characters of the value', async () => {
  const { create } = await startApp()
  const { value, redacted_value } = await create()
  expect(redacted_value).toBe(`${value.slice(0, 8)}...${value.slice(-3)}`)
})

test('a created key authenticates immediately and has no last_used_at before', async () => {
  const { call, create } = await startApp()
  const created = await create()
  expect(created.last_used_at).toBeNull()
  const retrieved = await call('GET', `${keysUrl}/${created.id}`, { as: created.value })
  expect(retrieved.status).toBe(200)
  expect(retrieved.body.last_used_at).toBeGreaterThanOrEqual(created.created_at)
})

test('a key created without expires_in_seconds has an expires_at of null', async () => {
  const { create } = await startApp()
  expect(await create({ name: 'permanent' })).toHaveProperty('expires_at', null)
})

test.each([1, 31_536_000, 5.0])('create adds an expires_in_seconds of %d to created_at', async (expires_in_seconds) => {
  const { create } = await startApp()
  const key = await create({ name: 'a', expires_in_seconds })
  expect(key.expires_at - key.created_at).toBe(expires_in_seconds)
})

test('an expired key no longer authenticates but can be listed, retrieved and deleted', async () => {
  const { call, create } = await startApp()
  const key = await create({ name: 'short', expires_in_seconds: 1 })
  await expect.poll(async () => (await call('GET', keysUrl, { as: key.value })).status, { timeout: 4000 }).toBe(401)
  expect((await call('GET', `${keysUrl}/${key.id}`)).status).toBe(200)
  expect((await call('GET', keysUrl)).text).toContain(key.id)
  expect((await call('DELETE', `${keysUrl}/${key.id}`)).status).toBe(200)
})

test('300 keys created concurrently have unique IDs and values', async () => {
  const { create } = await startApp()
  const keys = await Promise.all(Array.from({ length: 300 }, () => create()))
  expect(new Set(keys.map((key) => key.id)).size).toBe(300)
  expect(new Set(keys.map((key) => key.value)).size).toBe(300)
})

test('two equal requests create two keys even with the same idempotency key', async () => {
  const { create } = await startApp()
  const options = { headers: { 'idempotency-key': 'once' } }
  expect((await create({ name: 'a' }, options)).id).not.toBe((await create({ name: 'a' }, options)).id)
})

test('a created key has the same owner as the key that created it', async () => {
  const { create } = await startApp({
    seed: `keys: [{ name: bot, value: sk-admin-bot, created_at: 1700000000, owner: { type: service_account, id: sa_1, name: deploy-bot } }]`,
  })
  const key = await create({ name: 'created by a bot' }, { as: 'sk-admin-bot' })
  expect(key.owner).toEqual({
    type: 'service_account',
    object: 'organization.service_account',
    id: 'sa_1',
    name: 'deploy-bot',
    created_at: 1_700_000_000,
    role: 'member',
  })
  expect((await create({ name: 'created by that key' }, { as: key.value })).owner).toEqual(key.owner)
})

test.each([
  ['an empty name', ''],
  ['a name of whitespace', '  \t '],
  ['a name with a NUL character', 'a\0b'],
  ['a right-to-left name', 'مفتاح \u202e abc'],
  ['a name of emoji', '👩‍👩‍👧‍👦🔑'],
  ['a name with quotes and backslashes', '"\\\'/\b\f\n\r\t'],
  ['a name with line separators', '\u2028\u2029\ufeff'],
  ['a name that looks like SQL', `'); DROP TABLE admin_api_keys; --`],
  ['a name of 900 KB', 'ж'.repeat(450_000)],
])('%s is returned unchanged by create, retrieve and list', async (_what, name) => {
  const { call, create } = await startApp()
  const key = await create({ name })
  expect(key.name).toBe(name)
  expect((await call('GET', `${keysUrl}/${key.id}`)).body.name).toBe(name)
  expect((await call('GET', `${keysUrl}?order=desc&limit=1`)).body.data[0].name).toBe(name)
  // Use of the key changes nothing but last_used_at.
  const unused = (await call('GET', `${keysUrl}/${key.id}`)).text
  const used = await call('GET', `${keysUrl}/${key.id}`, { as: key.value })
  expect(used.text).toBe(unused.replace('"last_used_at":null', `"last_used_at":${used.body.last_used_at}`))
  expect(used.text).toBe(JSON.stringify(used.body))
})

test('create ignores unknown fields, including __proto__ and constructor', async () => {
  const { call } = await startApp()
  const rawBody =
    '{"name":"a","scopes":[1],"__proto__":{"name":5},"constructor":{"prototype":null},"expires_in_seconds":9}'
  const { status, body } = await call('POST', keysUrl, { rawBody })
  expect(status).toBe(200)
  expect(body.name).toBe('a')
})

test('create accepts JSON content types with parameters and in any letter case', async () => {
  const { call } = await startApp()
  for (const type of ['application/json', 'Application/JSON; charset=utf-8', 'application/json;charset="UTF-8"']) {
    const { status } = await call('POST', keysUrl, { rawBody: '{"name":"a"}', headers: { 'content-type': type } })
    expect(status, type).toBe(200)
  }
})

test('every operation is served under both base paths, with and without a sandbox prefix', async () => {
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

test('the admin key is listed as the first key of the organization', async () => {
  const { call } = await startApp({ seed: ['paging'] })
  const { body } = await call('GET', `${keysUrl}?limit=1`)
  expect(body.data[0]).toMatchObject({ redacted_value: `${adminKey.slice(0, 8)}...${adminKey.slice(-3)}` })
})
