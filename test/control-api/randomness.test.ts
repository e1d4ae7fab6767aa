import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createOwner } from '../../src/openai-api/admin-api-keys/key.ts'
import { createKeyService } from '../../src/openai-api/admin-api-keys/service.ts'
import { createKeyStore } from '../../src/openai-api/admin-api-keys/store.ts'
import { defaultBehavior } from '../../src/openai-api/behavior.ts'
import { fromJson } from '../../src/openai-api/json-text.ts'
import { createFormats, createRandomness } from '../../src/sandbox/randomness.ts'
import { openMemory } from '../../src/sandbox/storage/database.ts'
import { keysUrl, startApp } from '../support/app.ts'

// The mark of real keys, not spelled out.
const mark = Buffer.from('OpenAI').toString('base64')

/** Bytes from which a value with the mark in it is drawn first. */
function unluckyBytes(): (length: number) => Buffer {
  let draws = 0
  return (length) => {
    const bytes = randomBytes(length)
    // Where a character of base64 begins with a byte.
    if (draws++ === 0) Buffer.from(mark, 'base64url').copy(bytes, 48)
    return bytes
  }
}

test('a value that a scanner would take for real is drawn again', () => {
  let calls = 0
  const bytes = unluckyBytes()
  const counted = (length: number) => {
    calls++
    return bytes(length)
  }
  const value = createFormats(
    () => counted,
    () => '',
  ).keyValue()
  expect(value).not.toContain(mark)
  expect(value).toMatch(/^sk-admin-[A-Za-z0-9_-]{124}$/)
  expect(calls).toBe(2)
})

test('what is drawn and taken already is drawn again, deleted keys included', () => {
  const ids = ['key_a', 'key_a', 'key_b', 'key_a', 'key_b', 'key_c']
  const values = ['sk-admin-1', 'sk-admin-1', 'sk-admin-2', 'sk-admin-2', 'sk-admin-3', 'sk-admin-3']
  const service = createKeyService({
    store: createKeyStore(openMemory()),
    now: () => 1,
    generate: { keyId: () => ids.shift() as string, keyValue: () => values.shift() as string },
    behavior: () => defaultBehavior,
    defaultOwner: () => createOwner({ type: 'user', id: 'user-1', name: 'Jane', created_at: 1 }),
  })
  const made = ['a', 'b', 'c'].map((name) => {
    const key = fromJson(service.create({ name }, undefined).json)
    service.delete(key.id)
    return [key.id, key.value]
  })
  expect(made).toEqual([
    ['key_a', 'sk-admin-1'],
    ['key_b', 'sk-admin-2'],
    ['key_c', 'sk-admin-3'],
  ])
})

test('what is drawn has the formats of the API', () => {
  const draw = createRandomness()
  for (let n = 0; n < 200; n++) {
    expect(draw.keyId()).toMatch(/^key_[A-Za-z0-9]{16}$/)
    expect(draw.userId()).toMatch(/^user-[A-Za-z0-9]{24}$/)
    expect(draw.serviceAccountId()).toMatch(/^sa_[A-Za-z0-9]{24}$/)
    expect(draw.organizationId()).toMatch(/^org-[A-Za-z0-9]{24}$/)
    expect(draw.requestId()).toMatch(/^req_[0-9a-f]{32}$/)
  }
})

test('an owner without an id gets one of its kind', async () => {
  const { call } = await startApp({
    seed: `keys: [{ id: a, name: a, owner: { type: service_account } }, { id: b, name: b, owner: { type: user } }]`,
  })
  expect((await call('GET', `${keysUrl}/a`)).body.owner.id).toMatch(/^sa_[A-Za-z0-9]{24}$/)
  expect((await call('GET', `${keysUrl}/b`)).body.owner.id).toMatch(/^user-[A-Za-z0-9]{24}$/)
})
