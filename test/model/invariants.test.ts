import fc from 'fast-check'
import { expect } from 'vitest'
import { keysUrl, walk } from '../support/app.ts'
import { propertyTest } from './harness/property.ts'
import { startRecordedApp } from './harness/recorded-app.ts'
import { listedIds, manyKeys, now, type SeedKey, seedKeys, seedWith } from './harness/seed-generators.ts'

const order = fc.constantFrom('asc' as const, 'desc' as const)

async function start() {
  const app = await startRecordedApp()
  const load = async (keys: SeedKey[]) => {
    const { status, text } = await app.control('PUT', '/state', seedWith(keys))
    expect(status, text).toBe(200)
  }
  const fetchPage = async (query: Record<string, string | number>) =>
    app.call('GET', `${keysUrl}?${new URLSearchParams(query as Record<string, string>)}`)
  return { ...app, load, fetchPage }
}

propertyTest('pagination visits every key once and in order for every limit', async () => {
  const app = await start()
  await app.assertProperty(fc.record({ keys: seedKeys(10), order }), 25, async ({ keys, order }) => {
    await app.load(keys)
    for (let limit = 1; limit <= keys.length + 2; limit++) {
      const visited = (await walk(app, `limit=${limit}&order=${order}`)).map(({ id }) => id)
      expect(visited, `limit=${limit}`).toEqual(listedIds(keys, order))
    }
  })
})

propertyTest(
  'pagination visits every remaining key once while keys are created and deleted between pages',
  async () => {
    const app = await start()
    const changesBetweenPages = fc.array(
      fc.record({ deletedIndexes: fc.array(fc.nat(20), { maxLength: 4 }), createdCount: fc.nat(2) }),
    )
    const scenarios = fc.record({
      keys: seedKeys(20),
      order,
      limit: fc.integer({ min: 1, max: 7 }),
      changesBetweenPages,
    })
    await app.assertProperty(scenarios, 60, async ({ keys, order, limit, changesBetweenPages }) => {
      await app.load(keys)
      const deletedIds = new Set(keys.filter(({ deleted }) => deleted).map(({ id }) => id))
      const visited: string[] = []
      const visitNextPage = async (after: string) => {
        const { body } = await app.fetchPage({ limit, order, after })
        const ids = body.data.map(({ id }: { id: string }) => id)
        expect(ids.filter((id: string) => deletedIds.has(id))).toEqual([])
        visited.push(...ids)
        return body
      }
      const pendingChanges = changesBetweenPages.values()
      for (let body = await visitNextPage(''); body.has_more; body = await visitNextPage(body.last_id)) {
        const { deletedIndexes, createdCount } = pendingChanges.next().value ?? { deletedIndexes: [], createdCount: 0 }
        for (let n = 0; n < createdCount; n++) await app.create()
        for (const index of deletedIndexes) {
          const id = `key_${index}`
          const { status } = await app.call('DELETE', `${keysUrl}/${id}`)
          expect(status).toBe(deletedIds.has(id) || index >= keys.length ? 404 : 200)
          deletedIds.add(id)
        }
      }
      const visitedSeedIds = visited.filter((id) => /^key_(\d{1,2}|admin)$/.test(id))
      const expectedIds = listedIds(keys, order)
      expect(visitedSeedIds).toEqual(expectedIds.filter((id) => visited.includes(id)))
      expect(expectedIds.filter((id) => !deletedIds.has(id) && !visited.includes(id))).toEqual([])
      expect(new Set(visited).size).toBe(visited.length)
    })
  },
)

propertyTest('first_id, last_id and has_more are consistent with data', async () => {
  const app = await start()
  const smallSeeds = fc.record({ keys: seedKeys(12), limit: fc.integer({ min: -1, max: 14 }) })
  const largeSeeds = fc.record({ keys: fc.constant(manyKeys), limit: fc.integer({ min: 97, max: 104 }) })
  const sized = fc.oneof({ weight: 9, arbitrary: smallSeeds }, { weight: 1, arbitrary: largeSeeds })
  const scenarios = fc.record({ sized, order, after: fc.option(fc.nat(12), { freq: 2 }) })
  await app.assertProperty(scenarios, 150, async ({ sized: { keys, limit }, order, after }) => {
    await app.load(keys)
    const size = Math.min(Math.max(limit, 1), 100)
    const cursor = after === null ? '' : (keys[after]?.id ?? 'key_admin')
    const { body } = await app.fetchPage({ order, limit, after: cursor })
    expect(body.data.length).toBeLessThanOrEqual(size)
    expect([body.first_id, body.last_id]).toEqual([body.data.at(0)?.id ?? null, body.data.at(-1)?.id ?? null])
    const next = body.data.length === 0 ? body : (await app.fetchPage({ order, limit: 1, after: body.last_id })).body
    expect(body.has_more).toBe(next.data.length > 0)
    if (body.has_more) expect(body.data).toHaveLength(size)
  })
})

propertyTest('a deleted or expired key does not authenticate and its last_used_at does not change', async () => {
  const app = await start()
  const request: fc.Arbitrary<[string, string]> = fc.constantFrom(
    ['GET', keysUrl],
    ['GET', `${keysUrl}/key_admin`],
    ['POST', keysUrl],
    ['DELETE', `${keysUrl}/key_unknown`],
  )
  const scenarios = fc.record({ keys: seedKeys(6), request, elapsedSeconds: fc.nat(3) })
  await app.assertProperty(scenarios, 60, async ({ keys, request: [method, url], elapsedSeconds }) => {
    await app.load(keys)
    await app.control('PUT', '/clock', { advance: `${elapsedSeconds}s` })
    for (const { id, value, deleted, expires_at, last_used_at } of keys) {
      const isLive = !deleted && (expires_at === null || expires_at > now + elapsedSeconds)
      const body = method === 'POST' ? { name: 'created' } : undefined
      const { status } = await app.call(method, url, { as: value, body })
      expect([id, status !== 401]).toEqual([id, isLive])
      if (deleted) continue
      const { body: retrieved } = await app.call('GET', `${keysUrl}/${id}`)
      expect([id, retrieved.last_used_at]).toEqual([id, isLive ? now + elapsedSeconds : last_used_at])
    }
  })
})
