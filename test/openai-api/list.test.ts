import { describe, expect, test } from 'vitest'
import { keysUrl, startApp, type TestApp, walk } from '../support/app.ts'

const limits = [1, 7, 20, 100]
const orders = ['asc', 'desc'] as const

const idsOf = (keys: { id: string }[]) => keys.map(({ id }) => id)

/** Starts an app with `count` keys that have the same `created_at`. `createdIds[0]` is the admin key. */
async function startWithSimultaneousKeys(count = 250) {
  // `auth: any`, because tests delete the admin key too.
  const seed = 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }\nbehavior: { auth: any }'
  const testApp = await startApp({ seed })
  const { body } = await testApp.call('GET', keysUrl)
  const createdIds: string[] = idsOf(body.data)
  for (let n = 1; n < count; n++) createdIds.push((await testApp.create({ name: `key ${n}` })).id)
  return { ...testApp, createdIds }
}

test('an organization without keys has an empty list', async () => {
  const { call } = await startApp({ adminKey: undefined, seed: 'behavior: { auth: any }' })
  expect((await call('GET', keysUrl)).text).toBe(
    '{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}',
  )
})

test('first_id, last_id and has_more match data, and each key of data equals the retrieved key', async () => {
  const { call, createdIds } = await startWithSimultaneousKeys(5)
  const { body } = await call('GET', `${keysUrl}?limit=2&after=${createdIds[1]}`)
  expect(body).toMatchObject({ object: 'list', first_id: createdIds[2], last_id: createdIds[3], has_more: true })
  expect(Object.keys(body)).toEqual(['object', 'data', 'first_id', 'last_id', 'has_more'])
  expect((await call('GET', `${keysUrl}/${createdIds[2]}`)).body).toEqual(body.data[0])
})

test('a page contains 20 keys by default', async () => {
  const { call } = await startApp({ seed: ['paging'] })
  expect((await call('GET', keysUrl)).body.data).toHaveLength(20)
})

test('a full last page has has_more set to false, and the page after it is empty', async () => {
  const { call, createdIds } = await startWithSimultaneousKeys(4)
  expect((await call('GET', `${keysUrl}?limit=2&after=${createdIds[1]}`)).body.has_more).toBe(false)
  expect((await call('GET', `${keysUrl}?limit=4`)).body.has_more).toBe(false)
  expect((await call('GET', `${keysUrl}?after=${createdIds[3]}`)).text).toBe(
    '{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}',
  )
})

describe('pagination of 250 keys with the same created_at', () => {
  const pages = limits.flatMap((limit) => orders.map((order) => ({ limit, order })))

  test.each(pages)(
    'pagination with limit=$limit and order=$order lists every key once, sorted by insertion',
    async (page) => {
      const testApp = await startWithSimultaneousKeys()
      const expected = page.order === 'asc' ? testApp.createdIds : testApp.createdIds.toReversed()
      expect(idsOf(await walk(testApp, `limit=${page.limit}&order=${page.order}`))).toEqual(expected)
    },
  )

  test.each(pages)(
    'pagination with limit=$limit and order=$order lists every remaining key once while keys are created and deleted',
    async (page) => {
      const testApp = await startWithSimultaneousKeys()
      const expected = page.order === 'asc' ? testApp.createdIds : testApp.createdIds.toReversed()
      // Every tenth key is deleted before its page is requested.
      const deletedAhead = expected.filter((_, index) => index % 10 === 9)
      const listed = await walkWhileChanging(testApp, `limit=${page.limit}&order=${page.order}`, deletedAhead)
      // New keys are listed last in ascending order and before the first page in descending order.
      expect(listed.filter((id) => expected.includes(id))).toEqual(expected.filter((id) => !deletedAhead.includes(id)))
      expect(new Set(listed).size).toBe(listed.length)
    },
  )

  /**
   * Deletes `deletedAhead` and then lists all pages. After each page, deletes its first and its last key, which is the
   * next cursor. After every second page, creates a key.
   */
  async function walkWhileChanging(
    { call, create }: TestApp,
    query: string,
    deletedAhead: string[],
  ): Promise<string[]> {
    const listed: string[] = []
    for (const id of deletedAhead) await call('DELETE', `${keysUrl}/${id}`)
    for (let after = '', pageCount = 0; pageCount < 600; pageCount++) {
      const { body } = await call('GET', `${keysUrl}?after=${after}&${query}`)
      listed.push(...idsOf(body.data))
      if (!body.has_more) return listed
      after = body.last_id
      for (const id of new Set([body.first_id, body.last_id])) await call('DELETE', `${keysUrl}/${id}`)
      if (pageCount % 2 === 0 && pageCount < 200) await create({ name: 'meanwhile' })
    }
    throw new Error('the list does not end')
  }
})

test('keys are sorted by created_at, then by insertion, in both orders and for cursors', async () => {
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
  expect(idsOf(await walk(testApp, 'limit=1'))).toEqual(['a1', 'a2', 'b', 'c'])
  expect(idsOf(await walk(testApp, 'limit=1&order=desc'))).toEqual(['c', 'b', 'a2', 'a1'])
})

test('`after` is exclusive and continues from the position of a deleted key', async () => {
  const { call, createdIds } = await startWithSimultaneousKeys(6)
  await call('DELETE', `${keysUrl}/${createdIds[2]}`)
  await call('DELETE', `${keysUrl}/${createdIds[3]}`)
  expect(idsOf((await call('GET', `${keysUrl}?after=${createdIds[2]}`)).body.data)).toEqual([
    createdIds[4],
    createdIds[5],
  ])
  expect(idsOf((await call('GET', `${keysUrl}?after=${createdIds[3]}&order=desc`)).body.data)).toEqual([
    createdIds[1],
    createdIds[0],
  ])
})

test('an empty `after` is treated as absent', async () => {
  const { call, createdIds } = await startWithSimultaneousKeys(3)
  expect(idsOf((await call('GET', `${keysUrl}?after=`)).body.data)).toEqual(createdIds)
})

test('expired keys are listed and deleted keys are not', async () => {
  const testApp = await startApp({ seed: ['lifecycle'] })
  await testApp.call('DELETE', `${keysUrl}/key_fresh`)
  const listed = idsOf(await walk(testApp))
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
])('list with limit=%s returns a page of length %d', async (limit, count, encoded = limit) => {
  const { call } = await startApp({ seed: ['paging'] })
  expect((await call('GET', `${keysUrl}?limit=${encoded}`)).body.data).toHaveLength(Number(count))
})

test('list ignores unknown query parameters', async () => {
  const { call } = await startApp({ seed: ['paging'] })
  const { status, body } = await call('GET', `${keysUrl}?before=x&limit[]=5&Limit=3&__proto__=1&a=1&a=2`)
  expect(status).toBe(200)
  expect(body.data).toHaveLength(20)
})

test('the key that lists the keys has its last_used_at set to the current time', async () => {
  const { call } = await startApp({ seed: 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }' })
  expect((await call('GET', keysUrl)).body.data[0].last_used_at).toBe(1_767_225_600)
})

test('keys are sorted by created_at, then by insertion, even if the clock moves back', async () => {
  const { call, create } = await startApp()
  const change = (method: string, url: string, body: object) => call(method, `/_emulator/${url}`, { body })
  const setClock = (now: number) => change('PUT', 'clock', { now, frozen: true })
  const endOf9999 = 253_402_300_799
  await call('POST', '/_emulator/state', { body: { keys: [{ name: 'end', created_at: endOf9999 }] } })
  const created: Record<string, string> = {}
  const createNamed = async (name: string) => {
    created[name] = (await create({ name })).id
  }
  const namesAfter = async (query: string) =>
    (await call('GET', `${keysUrl}?limit=100&${query}`)).body.data.map((key: { name: string }) => key.name)

  await setClock(0)
  await createNamed('a')
  await setClock(1000)
  await createNamed('d')
  await setClock(0)
  await createNamed('b')
  await change('PATCH', 'behavior', { state: 'discarded' })
  await create({ name: 'discarded' })
  await change('PATCH', 'behavior', { state: 'kept' })
  await call('DELETE', `${keysUrl}/${created['b']}`)
  await createNamed('c')

  const names = await namesAfter('')
  expect(names).toEqual(['a', 'c', 'd', 'Admin key', 'end'])
  expect(await namesAfter('order=desc')).toEqual(names.toReversed())
  expect(await namesAfter(`after=${created['b']}`)).toEqual(names.slice(1))
  expect(await namesAfter(`order=desc&after=${created['b']}`)).toEqual(['a'])
  expect(await namesAfter(`order=desc&after=${created['d']}`)).toEqual(['c', 'a'])
})
