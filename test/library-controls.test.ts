import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { connect, type Emulator, EmulatorError, startEmulator } from '../src/library/index.ts'

/** An emulator by each of the two ways to one. */
const ways: [string, () => Promise<AsyncDisposable & { emulator: Emulator }>][] = [
  [
    'startEmulator',
    async () => {
      const emulator = await startEmulator({ controlToken: 'let-me-in' })
      return { emulator, [Symbol.asyncDispose]: emulator.close }
    },
  ],
  [
    'connect',
    async () => {
      const { url, close } = await startEmulator({ controlToken: 'let-me-in' })
      const emulator = await connect({ url: `${url}/`, controlToken: 'let-me-in' })
      return { emulator, [Symbol.asyncDispose]: close }
    },
  ],
]

const namesIn = async ({ baseURL, adminKey }: { baseURL: string; adminKey: string | null }) => {
  const keys = new OpenAI({ baseURL, adminAPIKey: adminKey }).admin.organization.adminAPIKeys
  return (await keys.list()).data.map(({ name }) => name)
}

test.each(ways)('%s: everything that a test does to a sandbox', async (_way, start) => {
  await using running = await start()
  const { emulator } = running
  const sandbox = emulator.sandbox('mine')
  const place = { baseURL: sandbox.baseURL, adminKey: emulator.adminKey }

  await sandbox.state.replace({ keys: [{ name: 'a', created_at: '-1d' }] })
  await sandbox.state.add({ keys: [{ name: 'b', created_at: '-1h' }] })
  expect(await namesIn(place)).toEqual(['a', 'b', 'Admin key'])
  expect((await sandbox.state.get()).keys?.map(({ name }) => name)).toEqual(['Admin key', 'a', 'b'])

  expect(await sandbox.snapshots.take('s')).toMatchObject({ name: 's', keys: 3 })
  await sandbox.reset()
  expect(await namesIn(place)).toEqual(['Admin key'])
  await sandbox.snapshots.restore('s')
  expect(await namesIn(place)).toHaveLength(3)
  await sandbox.snapshots.delete('s')
  expect(await sandbox.snapshots.list()).toEqual([])

  expect(await sandbox.clock.set({ now: 1_767_225_600, frozen: true })).toMatchObject({ unix: 1_767_225_600 })
  expect(await sandbox.clock.advance('1d')).toMatchObject({ unix: 1_767_312_000 })
  expect(await sandbox.clock.get()).toEqual({ now: '2026-01-02T00:00:00.000Z', unix: 1_767_312_000, frozen: true })
  expect((await sandbox.clock.reset()).frozen).toBe(false)

  expect((await sandbox.behavior.change({ auth: 'any' })).auth).toBe('any')
  expect((await sandbox.behavior.get()).state).toBe('kept')

  const fault = await sandbox.faults.add({
    operation: 'admin-api-keys-list',
    kind: 'error',
    status: 429,
    headers: { 'retry-after-ms': '1' },
  })
  expect((await sandbox.faults.list())[0]).toMatchObject({ id: fault.id, hits: 0, remaining: 1 })
  await sandbox.clearRequests()
  await namesIn(place)
  expect((await sandbox.requests()).map(({ status, retry_count }) => [status, retry_count])).toEqual([
    [429, 0],
    [200, 1],
  ])
  expect(await sandbox.requests({ status: 429, delivered: true, limit: 5 })).toHaveLength(1)
  await sandbox.faults.clear(fault.id)
  await sandbox.faults.clear()
  expect(await sandbox.faults.list()).toEqual([])

  const copy = await emulator.sandboxes.create({ name: 'copy', from: { sandbox: 'mine' } })
  expect(await namesIn({ ...place, baseURL: copy.baseURL })).toHaveLength(3)
  expect((await emulator.sandboxes.list()).map(({ name }) => name)).toEqual(['default', 'mine', 'copy'])
  await emulator.sandboxes.delete('copy')
  await emulator.sandboxes.delete()
  expect(await emulator.sandboxes.list()).toHaveLength(1)
  // Itself it stands for the sandbox `default`.
  await emulator.state.add({ keys: [{ name: 'in default' }] })
  expect(await namesIn(emulator)).toContain('in default')
  expect(emulator.name).toBe('default')
})

test('what the emulator refuses is an EmulatorError, with where and why', async () => {
  await using emulator = await startEmulator()
  const refused = emulator.clock.set({ now: 'soon' })
  await expect(refused).rejects.toBeInstanceOf(EmulatorError)
  await expect(refused).rejects.toMatchObject({ status: 400, code: 'invalid_body', param: '/now' })
  await expect(emulator.snapshots.restore('../x')).rejects.toMatchObject({ status: 404 })
  await expect(emulator.sandboxes.create({ name: 'default' })).rejects.toMatchObject({ status: 409, param: '/name' })
  await using guarded = await startEmulator({ controlToken: 'x' })
  const stranger = await connect(guarded.url)
  await expect(stranger.reset()).rejects.toMatchObject({ status: 401, code: 'control_token' })
})

test('connect rejects where nobody is, and what is no URL', async () => {
  await expect(connect('http://127.0.0.1:1')).rejects.toThrow('fetch failed')
  await expect(connect('localhost:4010')).rejects.toThrow('url: "localhost:4010" is invalid. It must be an http URL.')
  await expect(connect('http://localhost/v1')).rejects.toThrow('without the /v1')
})
