import { expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'

test('retrieve returns the fields in the order of the API', async () => {
  const { call } = await startApp({
    adminKey: undefined,
    seed: `
      behavior: { auth: any }
      keys:
        - id: key_abc
          name: Main
          value: sk-admin-abcdef
          created_at: 1700000000
          expires_at: 4000000000
          owner: { type: user, id: user-1, name: Jane, created_at: 1600000000 }`,
  })
  expect((await call('GET', `${keysUrl}/key_abc`)).text).toBe(
    '{"object":"organization.admin_api_key","id":"key_abc","name":"Main","redacted_value":"sk-admin...def","created_at":1700000000,"expires_at":4000000000,"last_used_at":null,"owner":{"type":"user","object":"organization.user","id":"user-1","name":"Jane","created_at":1600000000,"role":"owner"}}',
  )
})

test('retrieve returns a name of null for an unnamed key', async () => {
  const { call } = await startApp({ seed: ['lifecycle'] })
  expect((await call('GET', `${keysUrl}/key_unnamed`)).body).toHaveProperty('name', null)
})

test('delete confirms the deletion, after which the key is not found, listed or accepted', async () => {
  const { call, create } = await startApp()
  const key = await create()
  expect((await call('DELETE', `${keysUrl}/${key.id}`)).text).toBe(
    `{"id":"${key.id}","object":"organization.admin_api_key.deleted","deleted":true}`,
  )
  expect((await call('GET', `${keysUrl}/${key.id}`)).status).toBe(404)
  expect((await call('DELETE', `${keysUrl}/${key.id}`)).status).toBe(404)
  expect((await call('GET', keysUrl)).text).not.toContain(key.id)
  expect((await call('GET', keysUrl, { as: key.value })).status).toBe(401)
})

test('the last key of an organization can delete itself', async () => {
  const { call } = await startApp()
  const { body } = await call('GET', keysUrl)
  expect((await call('DELETE', `${keysUrl}/${body.first_id}`)).status).toBe(200)
  expect((await call('GET', keysUrl)).status).toBe(401)
})

test('exactly one of 20 concurrent deletions of the same key succeeds', async () => {
  const { call, create } = await startApp()
  const key = await create()
  const responses = await Promise.all(Array.from({ length: 20 }, () => call('DELETE', `${keysUrl}/${key.id}`)))
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('GET and DELETE ignore any content type and body', async () => {
  const { call, create } = await startApp()
  const types = ['application/json', 'text/plain', 'nonsense', '']
  for (const type of types) {
    const key = await create()
    for (const rawBody of [undefined, '{"broken', 'x'.repeat(2_000_000)]) {
      const options = { headers: { 'content-type': type }, ...(rawBody === undefined ? {} : { rawBody }) }
      expect((await call('GET', `${keysUrl}/${key.id}`, options)).status).toBe(200)
      expect((await call('GET', keysUrl, options)).status).toBe(200)
      expect((await call('DELETE', `${keysUrl}/key_none`, options)).status).toBe(404)
    }
    expect((await call('DELETE', `${keysUrl}/${key.id}`, { headers: { 'content-type': type } })).status).toBe(200)
  }
})

test.each([
  ...['a/b', 'a?b', 'ä', '🔑', 'a b', 'a%2Fb', "'; --", '/'].map((id) => ({ what: `ID "${id}"`, id })),
  { what: 'ID of 2,000 characters', id: 'x'.repeat(2000) },
])('a key with the $what is found by its percent-encoded form', async ({ id }) => {
  const { call } = await startApp({ seed: `keys: [{ id: ${JSON.stringify(id)}, name: strange }]` })
  const url = `${keysUrl}/${encodeURIComponent(id)}`
  expect((await call('GET', url)).body).toMatchObject({ id, name: 'strange' })
  expect((await call('GET', `${keysUrl}?after=${encodeURIComponent(id)}`)).status).toBe(200)
  expect((await call('DELETE', url)).body.id).toBe(id)
})

test('retrieve does not change last_used_at of the retrieved key', async () => {
  const { call, create } = await startApp()
  const key = await create()
  await call('GET', `${keysUrl}/${key.id}`, { as: adminKey })
  expect((await call('GET', `${keysUrl}/${key.id}`)).body.last_used_at).toBeNull()
})
