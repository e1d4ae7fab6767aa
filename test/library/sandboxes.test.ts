import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { connect, type Emulator, startEmulator } from '../../src/library/index.ts'

const keysOf = ({ baseURL, adminKey }: { baseURL: string; adminKey: string | null }) =>
  new OpenAI({ baseURL, adminAPIKey: adminKey }).admin.organization.adminAPIKeys

const namesOf = async ({ sandboxes }: Emulator) => (await sandboxes.list()).map(({ name }) => name)

test('a created sandbox has a random name, a base URL and an admin key, and shares nothing with others', async () => {
  await using emulator = await startEmulator()
  const [first, second] = await Promise.all([emulator.sandboxes.create(), emulator.sandboxes.create()])
  expect(first.name).toMatch(/^[0-9a-z]{16}$/)
  expect(first).toMatchObject({
    adminKey: 'sk-admin-local',
    baseURL: `${emulator.url}/sandbox/${first.name}/v1`,
  })
  await keysOf(first).create({ name: 'only here' })
  expect((await keysOf(first).list()).data).toHaveLength(2)
  expect((await keysOf(second).list()).data).toHaveLength(1)
  expect((await keysOf(emulator).list()).data).toHaveLength(1)
})

test('a sandbox that is created with a name has that name, and one by name has the same admin key', async () => {
  await using emulator = await startEmulator({ adminKey: 'sk-admin-mine' })
  const created = await emulator.sandboxes.create({ name: 'mine' })
  const byName = emulator.sandbox('mine')
  expect([created.name, created.adminKey]).toEqual(['mine', 'sk-admin-mine'])
  expect([byName.name, byName.adminKey, byName.baseURL]).toEqual(['mine', 'sk-admin-mine', created.baseURL])
  expect((await keysOf(byName).list()).data).toHaveLength(1)
})

test('after connect(), a created sandbox has the admin key of the server', async () => {
  await using started = await startEmulator({ adminKey: 'sk-admin-elsewhere' })
  const emulator = await connect(started.url)
  await using sandbox = await emulator.sandboxes.create()
  expect(sandbox.adminKey).toBe('sk-admin-elsewhere')
  await using without = await startEmulator({ adminKey: null })
  expect((await without.sandboxes.create()).adminKey).toBe(null)
})

test('delete() removes a created sandbox, and only that', async () => {
  await using emulator = await startEmulator()
  const sandbox = await emulator.sandboxes.create()
  const other = await emulator.sandboxes.create({ name: 'other' })
  await sandbox.delete()
  expect(await namesOf(emulator)).toEqual(['default', other.name])
})

test('`await using` removes a created sandbox at the end of the block, also after an error', async () => {
  await using emulator = await startEmulator()
  const useSandbox = async () => {
    await using sandbox = await emulator.sandboxes.create()
    await keysOf(sandbox).create({ name: 'ci' })
    expect(await namesOf(emulator)).toHaveLength(2)
    throw new Error('the test fails')
  }
  await expect(useSandbox()).rejects.toThrow('the test fails')
  expect(await namesOf(emulator)).toEqual(['default'])
})

test('delete() has no effect on a sandbox that no longer exists, but rejects if that is unknown', async () => {
  const emulator = await startEmulator()
  const sandbox = await emulator.sandboxes.create()
  await emulator.sandboxes.delete()
  await sandbox.delete()
  await sandbox[Symbol.asyncDispose]()
  expect(await namesOf(emulator)).toEqual(['default'])
  await emulator.close()
  await expect(sandbox.delete()).rejects.toMatchObject({ name: 'EmulatorError', code: 'unreachable' })
})

describe('every control of a created sandbox', () => {
  test('acts on that sandbox alone', async () => {
    await using emulator = await startEmulator()
    await using sandbox = await emulator.sandboxes.create()
    await sandbox.clock.set({ now: '2026-01-01T00:00:00Z', frozen: true })
    await sandbox.clock.advance('30d')
    await sandbox.state.add({ keys: [{ name: 'added' }] })
    await sandbox.snapshots.take('before')
    await sandbox.behavior.change({ auth: 'any' })
    await sandbox.faults.add({ operation: 'list', kind: 'error', status: 500 })
    expect((await sandbox.clock.get()).now).toBe('2026-01-31T00:00:00.000Z')
    expect(await sandbox.faults.list()).toHaveLength(1)

    await using copy = await emulator.sandboxes.create({ from: { sandbox: sandbox.name } })
    expect((await copy.clock.get()).frozen).toBe(true)
    expect((await keysOf(copy).list()).data.map(({ name }) => name)).toContain('added')
    expect([await copy.faults.list(), await copy.snapshots.list()]).toEqual([[], []])
    await using earlier = await emulator.sandboxes.create({ from: { sandbox: sandbox.name, snapshot: 'before' } })
    expect((await earlier.behavior.get()).auth).toBe('strict')

    await sandbox.reset({ only: ['faults', 'clock'] })
    expect(await sandbox.faults.list()).toEqual([])
    expect((await sandbox.clock.get()).frozen).toBe(false)
    expect((await sandbox.state.get()).keys).toHaveLength(2)
    await sandbox.reset()
    expect((await sandbox.state.get()).keys).toHaveLength(1)
    expect((await emulator.state.get()).keys).toHaveLength(1)
    expect((await emulator.clock.get()).frozen).toBe(false)
  })
})

test('twenty tests at once need no locks', async () => {
  await using emulator = await startEmulator()
  const rotate = async (n: number) => {
    await using sandbox = await emulator.sandboxes.create()
    const keys = keysOf(sandbox)
    const created = await keys.create({ name: `rotated-${n}` })
    await sandbox.clock.advance('90d')
    expect((await keys.list()).data.map(({ name }) => name)).toEqual(['Admin key', `rotated-${n}`])
    await keys.delete(created.id)
    expect((await keys.list()).data).toHaveLength(1)
  }
  await Promise.all(Array.from({ length: 20 }, (_, n) => rotate(n)))
  expect(await namesOf(emulator)).toEqual(['default'])
})
