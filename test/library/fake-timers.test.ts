import { once } from 'node:events'
import { get } from 'node:http'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test, vi } from 'vitest'

// The built library: the build binds the timers, also those of the bundled packages.
const { startEmulator } = createRequire(import.meta.url)(
  '../../lib/index.cjs',
) as typeof import('../../src/library/index.ts')

afterEach(() => void vi.useRealTimers())

// `nextTick` is left out: Node's own streams need it, and vitest cannot fake it in a child process.
const everythingFake = {
  toFake: [
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'setImmediate',
    'clearImmediate',
    'queueMicrotask',
    'hrtime',
    'performance',
    'Date',
  ],
} as const

/** Lists the keys by `node:http`, because `fetch` does not work without microtasks. */
async function list(baseURL: string) {
  const headers = { authorization: 'Bearer sk-admin-local' }
  const [response] = await once(get(`${baseURL}/organization/admin_api_keys`, { headers, agent: false }), 'response')
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}

test.each([
  ['by default', undefined],
  ['for all that it can replace', everythingFake],
])('an emulator starts, delays responses and closes under vi.useFakeTimers() %s', async (_case, config) => {
  vi.useFakeTimers(config as never)
  await using emulator = await startEmulator({ sandboxTtl: 60_000 })
  await emulator.faults.add({ operation: 'list', kind: 'delay', ms: 60 })
  expect((await list(emulator.baseURL)).status).toBe(200)
  const [entry] = await emulator.journal.list()
  expect(entry?.duration_ms).toBeGreaterThanOrEqual(59)
  await emulator.reset()
  await emulator.close()
})

test('an emulator works before, under and after fake timers', async () => {
  await using emulator = await startEmulator()
  const statuses = []
  statuses.push((await list(emulator.baseURL)).status)
  vi.useFakeTimers()
  statuses.push((await list(emulator.baseURL)).status)
  vi.useRealTimers()
  statuses.push((await list(emulator.baseURL)).status)
  expect(statuses).toEqual([200, 200, 200])
})

test('a faked Date moves the default clock, and no duration', async () => {
  await using emulator = await startEmulator()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2030, 0, 1) })
  expect((await emulator.clock.get()).now).toBe('2030-01-01T00:00:00.000Z')
  const { body } = await list(emulator.baseURL)
  expect(body.data[0].last_used_at).toBe(Date.UTC(2030, 0, 1) / 1000)
  const [entry] = await emulator.journal.list()
  expect(entry).toMatchObject({ time: '2030-01-01T00:00:00.000Z' })
  expect(entry?.duration_ms).toBeLessThan(10_000)
})
