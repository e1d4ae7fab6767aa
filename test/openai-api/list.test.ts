import { describe, expect, test } from 'vitest'
import { keysUrl, startApp, type TestApp, walk } from '../support/app.ts'

const limits = [1, 7, 20, 100]
const orders = ['asc', 'desc'] as const

const ids = (keys: { id: string }[]) => keys.map(({ id }) => id)

/** 250 keys of one second, in order of insertion, without the admin key. */
async function withKeysOfOneSecond(count = 250) {
  // Any caller, for the one key that would authenticate is among those that are deleted.
  const seed = 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }\nbehavior: { auth: any }'
  const testApp = await startApp({ seed })
  const { body } = await testApp.call('GET', keysUrl)
  const made: string[] = ids(body.data)
  for (let n = 1; n < count; n++) made.push((await testApp.create({ name: `key ${n}` })).id)
  return { ...testApp, made }
}

test('an organization without keys has an empty list', async () => {
  const { call } = await startApp({ adminKey: undefined, seed: 'behavior: { auth: any }' })
  expect((await call('GET', keysUrl)).text).toBe(
    '{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}',
  )
})

test('first_id, last_id and has_more agree with data, whose keys look as retrieved', async () => {
  const { call, made } = await withKeysOfOneSecond(5)
  const { body } = await call('GET', `${keysUrl}?limit=2&after=${made[1]}`)
  expect(body).toMatchObject({ object: 'list', first_id: made[2], last_id: made[3], has_more: true })
  expect(Object.keys(body)).toEqual(['object', 'data', 'first_id', 'last_id', 'has_more'])
  expect((await call('GET', `${keysUrl}/${made[2]}`)).body).toEqual(body.data[0])
})

test('the page holds 20 keys unless asked otherwise', async () => {
  const { call } = await startApp({ seed: ['paging'] })
  expect((await call('GET', keysUrl)).body.data).toHaveLength(20)
})

test('the last page says so, also when it is full, and what follows it is empty', async () => {
  const { call, made } = await withKeysOfOneSecond(4)
  expect((await call('GET', `${keysUrl}?limit=2&after=${made[1]}`)).body.has_more).toBe(false)
  expect((await call('GET', `${keysUrl}?limit=4`)).body.has_more).toBe(false)
  expect((await call('GET', `${keysUrl}?after=${made[3]}`)).text).toBe(
    '{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}',
  )
})

describe('250 keys of one second, each once, in order of insertion and its exact reverse', () => {
  test.each(limits.flatMap((limit) => orders.map((order) => ({ limit, order }))))('$order by $limit', async (page) => {
    const testApp = await withKeysOfOneSecond()
    const expected = page.order === 'asc' ? testApp.made : testApp.made.toReversed()
    expect(ids(await walk(testApp, `limit=${page.limit}&order=${page.order}`))).toEqual(expected)
  })
})

describe('a walk over 250 keys of one second visits what is not deleted, whatever happens meanwhile', () => {
  test.each(limits.flatMap((limit) => orders.map((order) => ({ limit, order }))))('$order by $limit', async (page) => {
    const testApp = await withKeysOfOneSecond()
    const inOrder = page.order === 'asc' ? testApp.made : testApp.made.toReversed()
    // Every tenth is deleted before the walk comes to it.
    const ahead = inOrder.filter((_, index) => index % 10 === 9)
    const seen = await walkWhileChanging(testApp, `limit=${page.limit}&order=${page.order}`, ahead)
    // New keys stand at the far end in one order, and before the beginning in the other.
    expect(seen.filter((id) => inOrder.includes(id))).toEqual(inOrder.filter((id) => !ahead.includes(id)))
    expect(new Set(seen).size).toBe(seen.length)
  })

  /** After each page its first key and its last, which is the next cursor, are deleted; some ahead; one is made. */
  async function walkWhileChanging({ call, create }: TestApp, query: string, ahead: string[]): Promise<string[]> {
    const seen: string[] = []
    for (const id of ahead) await call('DELETE', `${keysUrl}/${id}`)
    for (let after = '', turns = 0; turns < 600; turns++) {
      const { body } = await call('GET', `${keysUrl}?after=${after}&${query}`)
      seen.push(...ids(body.data))
      if (!body.has_more) return seen
      after = body.last_id
      for (const id of new Set([body.first_id, body.last_id])) await call('DELETE', `${keysUrl}/${id}`)
      if (turns % 2 === 0 && turns < 200) await create({ name: 'meanwhile' })
    }
    throw new Error('the walk does not end')
  }
})

test('order is by created_at before insertion, in both directions and for cursors', async () => {
  const testApp = await startApp({
    adminKey: undefined,
    seed: `
      behavior: { auth: any }
      keys:
        - { id: c, name: c, created_at: 300 }
        - { id: a1, name: a1, created_at: 100 }
        - { id: b, name: b, created_at: 200 }
        - { id: a2, name: a2, created_at: 100 }`,
  })
  expect(ids(await walk(testApp, 'limit=1'))).toEqual(['a1', 'a2', 'b', 'c'])
  expect(ids(await walk(testApp, 'limit=1&order=desc'))).toEqual(['c', 'b', 'a2', 'a1'])
})

test('after is exclusive and goes on from where a deleted key stood', async () => {
  const { call, made } = await withKeysOfOneSecond(6)
  await call('DELETE', `${keysUrl}/${made[2]}`)
  await call('DELETE', `${keysUrl}/${made[3]}`)
  expect(ids((await call('GET', `${keysUrl}?after=${made[2]}`)).body.data)).toEqual([made[4], made[5]])
  expect(ids((await call('GET', `${keysUrl}?after=${made[3]}&order=desc`)).body.data)).toEqual([made[1], made[0]])
})

test('an empty after is none', async () => {
  const { call, made } = await withKeysOfOneSecond(3)
  expect(ids((await call('GET', `${keysUrl}?after=`)).body.data)).toEqual(made)
})

test('expired keys are listed, deleted ones are not', async () => {
  const testApp = await startApp({ seed: ['lifecycle'] })
  await testApp.call('DELETE', `${keysUrl}/key_fresh`)
  const listed = ids(await walk(testApp))
  expect(listed).toContain('key_expired')
  expect(listed).not.toContain('key_fresh')
})

test.each([
  ['0', 1],
  ['-5', 1],
  ['+3', 3, '%2B3'],
  ['007', 7],
  ['100', 100],
  ['101', 100],
  ['99999999999999999999', 100],
])('limit %s gives %d keys', async (limit, count, encoded = limit) => {
  const { call } = await startApp({ seed: ['paging'] })
  expect((await call('GET', `${keysUrl}?limit=${encoded}`)).body.data).toHaveLength(Number(count))
})

test('query keys that the API does not know are ignored', async () => {
  const { call } = await startApp({ seed: ['paging'] })
  const { status, body } = await call('GET', `${keysUrl}?before=x&limit[]=5&Limit=3&__proto__=1&a=1&a=2`)
  expect(status).toBe(200)
  expect(body.data).toHaveLength(20)
})

test('the calling key shows itself as used now', async () => {
  const { call } = await startApp({ seed: 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }' })
  expect((await call('GET', keysUrl)).body.data[0].last_used_at).toBe(1_767_225_600)
})

test('keys stand by their second, and in it by when they were made, whatever the clock did and was taken back', async () => {
  const { call, create } = await startApp()
  const change = (method: string, url: string, body: object) => call(method, `/_emulator/${url}`, { body })
  const at = (now: number) => change('PUT', 'clock', { now, frozen: true })
  const last = 253_402_300_799
  await call('POST', '/_emulator/state', { body: { keys: [{ name: 'end', created_at: last }] } })
  const made: Record<string, string> = {}
  const make = async (name: string) => {
    made[name] = (await create({ name })).id
  }
  const namesAfter = async (query: string) =>
    (await call('GET', `${keysUrl}?limit=100&${query}`)).body.data.map((key: { name: string }) => key.name)

  await at(0)
  await make('a')
  await at(1000)
  await make('d')
  await at(0)
  await make('b')
  await change('PATCH', 'behavior', { state: 'discarded' })
  await create({ name: 'taken back' })
  await change('PATCH', 'behavior', { state: 'kept' })
  await call('DELETE', `${keysUrl}/${made['b']}`)
  await make('c')

  const names = await namesAfter('')
  expect(names).toEqual(['a', 'c', 'd', 'Admin key', 'end'])
  expect(await namesAfter('order=desc')).toEqual(names.toReversed())
  expect(await namesAfter(`after=${made['b']}`)).toEqual(names.slice(1))
  expect(await namesAfter(`order=desc&after=${made['b']}`)).toEqual(['a'])
  expect(await namesAfter(`order=desc&after=${made['d']}`)).toEqual(['c', 'a'])
})
