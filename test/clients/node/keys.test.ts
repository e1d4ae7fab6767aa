import OpenAI from 'openai'
import { expect } from 'vitest'
import { test } from './sandbox.ts'

test('create returns the value', async ({ keys }) => {
  const key = await keys.create({ name: 'ci' })
  expect(key).toMatchObject({ object: 'organization.admin_api_key', name: 'ci', expires_at: null })
  expect(key.value).toMatch(/^sk-admin-/)
})

test('create sets the expiry', async ({ keys }) => {
  const key = await keys.create({ name: 'ci', expires_in_seconds: 3600 })
  expect(key.expires_at).toBe(key.created_at + 3600)
})

test('retrieve omits the value', async ({ keys }) => {
  const { value, ...expected } = await keys.create({ name: 'ci' })
  expect(await keys.retrieve(expected.id)).toEqual(expected)
})

test('delete removes the key', async ({ keys }) => {
  const { id } = await keys.create({ name: 'ci' })
  expect(await keys.delete(id)).toEqual({ id, object: 'organization.admin_api_key.deleted', deleted: true })
  await expect(keys.retrieve(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
})

test('authenticating sets last used at', async ({ keys, keysAs }) => {
  const { id, value, last_used_at } = await keys.create({ name: 'ci' })
  expect(last_used_at).toBeNull()
  await keysAs(value).list()
  expect((await keys.retrieve(id)).last_used_at).toBeTypeOf('number')
})

test('key is unknown in another sandbox', async ({ keys, emulator }) => {
  const { value } = await keys.create({ name: 'ci' })
  const defaultSandbox = new OpenAI({ baseURL: emulator.baseURL, adminAPIKey: value })
  await expect(defaultSandbox.admin.organization.adminAPIKeys.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
})

test('advancing the clock expires the key', async ({ keys, keysAs, sandbox }) => {
  const { value } = await keys.create({ name: 'ci', expires_in_seconds: 30 * 86_400 })
  await keysAs(value).list()
  await sandbox.clock.advance('30d')
  await expect(keysAs(value).list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
})
