import { expect, test } from 'vitest'
import { type EmulatorOptions, type NewFault, startEmulator } from '../../src/library/index.ts'

test.each(['150ms', 150] as const)('the option sandboxTtl takes %j', async (sandboxTtl) => {
  await using emulator = await startEmulator({ sandboxTtl })
  await emulator.sandboxes.create({ name: 'idle' })
  const names = async () => (await emulator.sandboxes.list()).map(({ name }) => name)
  await expect.poll(names, { timeout: 5000 }).toEqual(['default'])
})

test.each([
  ['30', 'It must be a duration from 1ms to 365d, with its unit'],
  ['1.5h', 'It must be a duration from 1ms to 365d, with its unit'],
  [-1, 'It must be a duration from 1ms to 365d, with its unit'],
  [true, 'It must be a duration such as "30m", or a number of milliseconds.'],
])('the option sandboxTtl rejects %j', async (sandboxTtl, rule) => {
  const started = startEmulator({ sandboxTtl } as EmulatorOptions)
  await expect(started).rejects.toThrow(`sandboxTtl: ${JSON.stringify(sandboxTtl)} is invalid. ${rule}`)
})

const delays: NewFault[] = [
  { operation: 'list', kind: 'delay', ms: 120 },
  { operation: 'list', kind: 'delay', ms: '120ms' },
]

test.each(delays)('a delay takes text or milliseconds, and is listed in milliseconds: %j', async (fault) => {
  await using emulator = await startEmulator()
  expect(await emulator.faults.add(fault)).toMatchObject({ ms: 120 })
  await fetch(`${emulator.baseURL}/organization/admin_api_keys`, {
    headers: { authorization: `Bearer ${emulator.adminKey}` },
  })
  expect((await emulator.journal.list())[0]?.duration_ms).toBeGreaterThanOrEqual(119)
})

const limits: NewFault[] = [
  { operation: 'list', kind: 'rate_limit', requests: 1, per: '1m' },
  { operation: 'list', kind: 'rate_limit', requests: 1, per: 60_000 },
]

test.each(limits)('a rate limit takes text or milliseconds: %j', async (fault) => {
  await using emulator = await startEmulator()
  await emulator.clock.set({ now: '2026-01-01T00:00:00Z', frozen: true })
  await emulator.faults.add(fault)
  const list = async () => {
    const headers = { authorization: `Bearer ${emulator.adminKey}` }
    return (await fetch(`${emulator.baseURL}/organization/admin_api_keys`, { headers })).status
  }
  expect([await list(), await list()]).toEqual([200, 429])
  await emulator.clock.advance('59s')
  expect(await list()).toBe(429)
  await emulator.clock.advance('1s')
  expect(await list()).toBe(200)
})

test('a rate limit rejects milliseconds that cannot be the length of a window', async () => {
  await using emulator = await startEmulator()
  for (const per of [0, -5, 1.5, Number.NaN]) {
    const added = emulator.faults.add({ operation: 'list', kind: 'rate_limit', requests: 1, per })
    await expect(added).rejects.toMatchObject({ status: 400, param: '/per' })
  }
  expect(await emulator.faults.list()).toEqual([])
})

test('clock.advance() takes only text with a unit, because a number could be seconds or milliseconds', async () => {
  await using emulator = await startEmulator()
  const { unix } = await emulator.clock.set({ frozen: true })
  // @ts-expect-error: the types reject a number, too
  await expect(emulator.clock.advance(60)).rejects.toThrow(
    'clock.advance(by): 60 is invalid. It must be text with a unit, such as "30d", "-1h" or "90s".',
  )
  // @ts-expect-error: the types reject a number, too
  const change = emulator.clock.set({ advance: 60 })
  await expect(change).rejects.toMatchObject({ status: 400, param: '/advance' })
  await expect(change).rejects.toThrow('must be text with a unit, such as "30d", "-1h" or "250ms", got 60')
  expect((await emulator.clock.get()).unix).toBe(unix)
  expect((await emulator.clock.advance('1.5h')).unix).toBe(unix + 5400)
})
