import fc from 'fast-check'
import { expect } from 'vitest'
import { keysUrl, walk } from '../support/app.ts'
import { startRecorded } from './generated/journal-model.ts'
import { generated } from './generated/property.ts'
import { hundred, listed, now, population, type SeedKey, seedOf } from './generated/seed-generators.ts'

const order = fc.constantFrom('asc' as const, 'desc' as const)

async function start() {
  const app = await startRecorded()
  const load = async (keys: SeedKey[]) => {
    const { status, text } = await app.control('PUT', '/state', seedOf(keys))
    expect(status, text).toBe(200)
  }
  const page = async (query: Record<string, string | number>) =>
    app.call('GET', `${keysUrl}?${new URLSearchParams(query as Record<string, string>)}`)
  return { ...app, load, page }
}

generated('a walk visits every key once and in order, for every limit', async () => {
  const app = await start()
  await app.holds(fc.record({ keys: population(10), order }), 25, async ({ keys, order }) => {
    await app.load(keys)
    for (let limit = 1; limit <= keys.length + 2; limit++) {
      const visited = (await walk(app, `limit=${limit}&order=${order}`)).map(({ id }) => id)
      expect(visited, `limit=${limit}`).toEqual(listed(keys, order))
    }
  })
})

generated('a walk visits every key that stays, once, whatever is deleted and made meanwhile', async () => {
  const app = await start()
  const between = fc.array(fc.record({ deleted: fc.array(fc.nat(20), { maxLength: 4 }), made: fc.nat(2) }))
  const walks = fc.record({ keys: population(20), order, limit: fc.integer({ min: 1, max: 7 }), between })
  await app.holds(walks, 60, async ({ keys, order, limit, between }) => {
    await app.load(keys)
    const gone = new Set(keys.filter(({ deleted }) => deleted).map(({ id }) => id))
    const visited: string[] = []
    const seen = async (after: string) => {
      const { body } = await app.page({ limit, order, after })
      const ids = body.data.map(({ id }: { id: string }) => id)
      expect(ids.filter((id: string) => gone.has(id))).toEqual([])
      visited.push(...ids)
      return body
    }
    const interludes = between.values()
    for (let body = await seen(''); body.has_more; body = await seen(body.last_id)) {
      const { deleted, made } = interludes.next().value ?? { deleted: [], made: 0 }
      for (let n = 0; n < made; n++) await app.create()
      for (const n of deleted) {
        const id = `key_${n}`
        const { status } = await app.call('DELETE', `${keysUrl}/${id}`)
        expect(status).toBe(gone.has(id) || n >= keys.length ? 404 : 200)
        gone.add(id)
      }
    }
    const visitedOfOld = visited.filter((id) => /^key_(\d{1,2}|admin)$/.test(id))
    const inOrder = listed(keys, order)
    expect(visitedOfOld).toEqual(inOrder.filter((id) => visited.includes(id)))
    expect(inOrder.filter((id) => !gone.has(id) && !visited.includes(id))).toEqual([])
    expect(new Set(visited).size).toBe(visited.length)
  })
})

generated('first_id, last_id and has_more agree with data', async () => {
  const app = await start()
  const few = fc.record({ keys: population(12), limit: fc.integer({ min: -1, max: 14 }) })
  const many = fc.record({ keys: fc.constant(hundred), limit: fc.integer({ min: 97, max: 104 }) })
  const sized = fc.oneof({ weight: 9, arbitrary: few }, { weight: 1, arbitrary: many })
  const pages = fc.record({ sized, order, after: fc.option(fc.nat(12), { freq: 2 }) })
  await app.holds(pages, 150, async ({ sized: { keys, limit }, order, after }) => {
    await app.load(keys)
    const size = Math.min(Math.max(limit, 1), 100)
    const cursor = after === null ? '' : (keys[after]?.id ?? 'key_admin')
    const { body } = await app.page({ order, limit, after: cursor })
    expect(body.data.length).toBeLessThanOrEqual(size)
    expect([body.first_id, body.last_id]).toEqual([body.data.at(0)?.id ?? null, body.data.at(-1)?.id ?? null])
    const next = body.data.length === 0 ? body : (await app.page({ order, limit: 1, after: body.last_id })).body
    expect(body.has_more).toBe(next.data.length > 0)
    if (body.has_more) expect(body.data).toHaveLength(size)
  })
})

generated('a key that is deleted or expired never authenticates, and is never used', async () => {
  const app = await start()
  const asked: fc.Arbitrary<[string, string]> = fc.constantFrom(
    ['GET', keysUrl],
    ['GET', `${keysUrl}/key_admin`],
    ['POST', keysUrl],
    ['DELETE', `${keysUrl}/key_unknown`],
  )
  const uses = fc.record({ keys: population(6), asked, later: fc.nat(3) })
  await app.holds(uses, 60, async ({ keys, asked: [method, url], later }) => {
    await app.load(keys)
    await app.control('PUT', '/clock', { advance: later })
    for (const { id, value, deleted, expires_at, last_used_at } of keys) {
      const isLive = !deleted && (expires_at === null || expires_at > now + later)
      const body = method === 'POST' ? { name: 'by a key' } : undefined
      const { status } = await app.call(method, url, { as: value, body })
      expect([id, status !== 401]).toEqual([id, isLive])
      if (deleted) continue
      const { body: shown } = await app.call('GET', `${keysUrl}/${id}`)
      expect([id, shown.last_used_at]).toEqual([id, isLive ? now + later : last_used_at])
    }
  })
})
