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
import { sandboxPath, startControlApp } from '../support/control-app.ts'

// The mark that secret scanners look for in real keys. It must not appear in a file.
const mark = Buffer.from('OpenAI').toString('base64')

/** Returns a byte source whose first value contains the mark. */
function createBytesWithMark(): (length: number) => Buffer {
  let calls = 0
  return (length) => {
    const bytes = randomBytes(length)
    // At a byte where a base64 character starts, so that the mark appears in the text.
    if (calls++ === 0) Buffer.from(mark, 'base64url').copy(bytes, 48)
    return bytes
  }
}

test('a key value that a secret scanner would report is generated again', () => {
  let calls = 0
  const bytes = createBytesWithMark()
  const countedBytes = (length: number) => {
    calls++
    return bytes(length)
  }
  const value = createFormats(
    () => countedBytes,
    () => '',
  ).keyValue()
  expect(value).not.toContain(mark)
  expect(value).toMatch(/^sk-admin-[A-Za-z0-9_-]{124}$/)
  expect(calls).toBe(2)
})

test('an id or value that a key has or had is generated again, also after the key is deleted', () => {
  const ids = ['key_a', 'key_a', 'key_b', 'key_a', 'key_b', 'key_c']
  const values = ['sk-admin-1', 'sk-admin-1', 'sk-admin-2', 'sk-admin-2', 'sk-admin-3', 'sk-admin-3']
  const actor = { type: 'api_key' } as const
  const service = createKeyService({
    store: createKeyStore(openMemory()),
    audit: { record() {}, recordAdminKey() {} },
    transact: (action) => action(),
    allKeys() {
      throw new Error('not listed here')
    },
    now: () => 1,
    generate: { keyId: () => ids.shift() as string, keyValue: () => values.shift() as string },
    behavior: () => defaultBehavior,
    defaultOwner: () => createOwner({ type: 'user', id: 'user-1', name: 'Jane', created_at: 1 }),
  })
  const created = ['a', 'b', 'c'].map((name) => {
    const key = fromJson(service.create({ name }, undefined, actor).json)
    service.delete(key.id, actor)
    return [key.id, key.value]
  })
  expect(created).toEqual([
    ['key_a', 'sk-admin-1'],
    ['key_b', 'sk-admin-2'],
    ['key_c', 'sk-admin-3'],
  ])
})

test('generated ids have the formats of the API', () => {
  const randomness = createRandomness()
  for (let n = 0; n < 200; n++) {
    expect(randomness.keyId()).toMatch(/^key_[A-Za-z0-9]{16}$/)
    expect(randomness.userId()).toMatch(/^user-[A-Za-z0-9]{24}$/)
    expect(randomness.serviceAccountId()).toMatch(/^sa_[A-Za-z0-9]{24}$/)
    expect(randomness.organizationId()).toMatch(/^org-[A-Za-z0-9]{24}$/)
    expect(randomness.requestId()).toMatch(/^req_[0-9a-f]{32}$/)
  }
})

test('a seeded owner without an id gets one in the format of its type', async () => {
  const { call } = await startApp({
    seed: `keys: [{ id: a, name: a, owner: { type: service_account } }, { id: b, name: b, owner: { type: user } }]`,
  })
  expect((await call('GET', `${keysUrl}/a`)).body.owner.id).toMatch(/^sa_[A-Za-z0-9]{24}$/)
  expect((await call('GET', `${keysUrl}/b`)).body.owner.id).toMatch(/^user-[A-Za-z0-9]{24}$/)
})

test('seeded randomness is the same in every run and sandbox, with a separate sequence for each kind', async () => {
  const generate = async (sandbox: string, requests: number) => {
    const testApp = await startControlApp({ randomSeed: 42 })
    await testApp.control('PUT', '/clock', { now: 1_767_225_600, frozen: true }, sandbox)
    for (let n = 0; n < requests; n++) await testApp.call('GET', sandboxPath(sandbox, `${keysUrl}?limit=1`))
    const { body, headers } = await testApp.call('POST', sandboxPath(sandbox, keysUrl), { body: { name: 'x' } })
    return { id: body.id, value: body.value, owner: body.owner.id, request: headers['x-request-id'] }
  }
  const first = await generate('default', 0)
  expect(await generate('other', 0)).toEqual(first)
  const later = await generate('default', 3)
  expect(later.request).not.toBe(first.request)
  expect({ ...later, request: first.request }).toEqual(first)
  const { create } = await startControlApp({ randomSeed: 43 })
  expect((await create()).id).not.toBe(first.id)
})

test.each([1, 10_000])('a seed that generates %i keys does not generate the value of the admin key', async (count) => {
  const randomSeed = 7
  const adminKey = createRandomness(randomSeed).keyValue()
  const { call } = await startApp({ randomSeed, adminKey, seed: `keys: [{ name: a, generate: ${count} }]` })
  const { status, body } = await call('GET', keysUrl, { as: adminKey })
  expect([status, body.data[0].name]).toEqual([200, 'Admin key'])
  expect(body.data[1].name).toBe('a')
})
