import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, type TestResponse } from '../support/app.ts'
import { sandboxPath, startControlApp } from '../support/control-app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'

type Control = (
  method: string,
  path: string,
  body?: unknown,
  sandbox?: string,
) => Promise<Pick<TestResponse, 'status' | 'body'>>

/** Returns a client of the control API of a running program. */
const createControl =
  (url: string): Control =>
  async (method, path, body, sandbox = 'default') => {
    const response = await fetch(url + sandboxPath(sandbox, `/_emulator${path}`), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: response.status, body: await response.json() }
  }

const toHex = (name: string) => Buffer.from(name).toString('hex')
const folderOf = (data: string, sandbox: string) => join(data, toHex(sandbox))

const namesIn = async (control: Control, sandbox?: string) =>
  (await control('GET', '/state', undefined, sandbox)).body.keys.map(({ name }: { name: string }) => name)

const seed = `
  keys: [{ name: seeded }]
  behavior: { limit_out_of_range: reject }
  clock: { now: 2026-01-01T00:00:00Z, frozen: true }`

/** Takes a snapshot of `default`, copies `default`, and then changes both sandboxes. */
async function useSandboxes(control: Control): Promise<void> {
  await control('POST', '/state', {
    keys: [
      { name: 'kept', value: 'sk-admin-kept' },
      { name: 'gone', deleted: true },
    ],
  })
  await control('PUT', '/snapshots/before')
  await control('POST', '/sandboxes', { name: 'copy', from: { sandbox: 'default' } })
  await control('POST', '/state', { keys: [{ name: 'copied' }] }, 'copy')
  await control('PUT', '/clock', { now: '2030-01-01T00:00:00Z', frozen: false }, 'copy')
  await control('PATCH', '/behavior', { deleted_cursor: 'reject' }, 'copy')
  await control('PUT', '/snapshots/before', undefined, 'copy')
  await control('POST', '/state', { keys: [{ name: 'after' }] })
  await control('PUT', '/clock', { now: '2027-01-01T00:00:00Z' })
  await control('PATCH', '/behavior', { deleted_cursor: 'reject' })
  for (const sandbox of ['default', 'copy']) {
    await control('POST', '/faults', { operation: '*', kind: 'error', status: 503, times: null }, sandbox)
  }
}

/** Returns the whole state of a sandbox, without the time of a running clock. */
async function readSandbox(control: Control, sandbox: string) {
  const read = async (path: string) => (await control('GET', path, undefined, sandbox)).body
  const { clock, ...state } = await read('/state')
  return {
    ...state,
    clock: clock.frozen ? clock : { frozen: clock.frozen },
    snapshots: await read('/snapshots'),
    effectiveBehavior: await read('/behavior'),
  }
}

/** Expects that sandboxes changed by `useSandboxes` are intact after the server was started again. */
async function expectSandboxesKept(control: Control): Promise<void> {
  expect((await control('GET', '/clock')).body).toEqual({
    now: '2027-01-01T00:00:00.000Z',
    unix: 1_798_761_600,
    frozen: true,
  })
  const { body: runningClock } = await control('GET', '/clock', undefined, 'copy')
  expect([runningClock.frozen, runningClock.unix - 1_893_456_000]).toEqual([
    false,
    expect.toSatisfy((n) => n >= 0 && n < 60),
  ])
  for (const sandbox of ['default', 'copy']) {
    expect((await control('GET', '/faults', undefined, sandbox)).body.data).toEqual([])
    expect((await control('GET', '/journal', undefined, sandbox)).body.data).toEqual([])
  }

  await control('POST', '/snapshots/before/restore')
  expect(await namesIn(control)).toEqual(['Admin key', 'seeded', 'kept', 'gone'])
  expect((await control('GET', '/clock')).body.now).toBe('2026-01-01T00:00:00.000Z')
  expect((await control('GET', '/behavior')).body).toMatchObject({
    deleted_cursor: 'resume',
    limit_out_of_range: 'reject',
  })
  await control('POST', '/reset')
  expect(await namesIn(control)).toEqual(['Admin key', 'seeded'])

  await control('POST', '/reset', {}, 'copy')
  expect(await namesIn(control, 'copy')).toEqual(['Admin key', 'seeded', 'kept', 'gone'])
  expect((await control('GET', '/clock', undefined, 'copy')).body).toEqual({
    now: '2026-01-01T00:00:00.000Z',
    unix: 1_767_225_600,
    frozen: true,
  })
  await control('POST', '/snapshots/before/restore', undefined, 'copy')
  expect(await namesIn(control, 'copy')).toEqual(['Admin key', 'seeded', 'kept', 'gone', 'copied'])
  expect((await control('GET', '/behavior', undefined, 'copy')).body.deleted_cursor).toBe('reject')
  expect((await control('GET', '/clock', undefined, 'copy')).body.unix - 1_893_456_000).toBeLessThan(60)
}

describe('sandboxes in a data directory', () => {
  test('a sandbox survives a restart with another seed, except for its faults and journal', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlApp({ dataDirectory, seed })
    await useSandboxes(first.control)
    await first.call('GET', keysUrl)
    const before = [await readSandbox(first.control, 'default'), await readSandbox(first.control, 'copy')]
    await first.app.close()
    const { control, call } = await startControlApp({ dataDirectory, seed: ['paging'] })
    expect([await readSandbox(control, 'default'), await readSandbox(control, 'copy')]).toEqual(before)
    await expectSandboxesKept(control)
    expect((await call('GET', sandboxPath('copy', keysUrl), { as: 'sk-admin-kept' })).status).toBe(200)
  })

  test('a sandbox survives kill -9, except for its faults and journal', async () => {
    const data = createTemporaryFolder()
    const first = await serve(['--data', data, '--seed', createTemporaryFile('seed.yaml', seed)])
    await useSandboxes(createControl(first.url))
    await fetch(first.url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })
    const before = [
      await readSandbox(createControl(first.url), 'default'),
      await readSandbox(createControl(first.url), 'copy'),
    ]
    first.child.kill('SIGKILL')
    await first.finished
    const control = createControl((await serve(['--data', data])).url)
    expect([await readSandbox(control, 'default'), await readSandbox(control, 'copy')]).toEqual(before)
    await expectSandboxesKept(control)
  })

  test('a reset, a snapshot restore or a state replacement survives kill -9 right after its response', async () => {
    const data = createTemporaryFolder()
    const changes: [change: (control: Control) => Promise<unknown>, expectedNames: string[]][] = [
      [(control) => control('PUT', '/state', { keys: [{ name: 'loaded' }] }), ['Admin key', 'loaded']],
      [(control) => control('POST', '/snapshots/s/restore'), ['Admin key', 'initial']],
      [(control) => control('POST', '/reset'), ['Admin key']],
    ]
    const first = await serve(['--data', data])
    await createControl(first.url)('POST', '/state', { keys: [{ name: 'initial' }] })
    await createControl(first.url)('PUT', '/snapshots/s')
    let { child, finished, url } = first
    for (const [change, expectedNames] of changes) {
      await change(createControl(url))
      child.kill('SIGKILL')
      await finished
      ;({ child, finished, url } = await serve(['--data', data]))
      expect(await namesIn(createControl(url))).toEqual(expectedNames)
    }
  })
})

describe('resets in a data directory', () => {
  test('a reset restores the initial state repeatedly, also after restarts', async () => {
    const dataDirectory = createTemporaryFolder()
    let before: unknown
    for (let n = 0; n < 3; n++) {
      const { control, create, app } = await startControlApp({ dataDirectory, seed: n === 0 ? seed : [] })
      before ??= await readSandbox(control, 'default')
      await create()
      await control('POST', '/reset')
      expect(await readSandbox(control, 'default')).toEqual(before)
      await create()
      await app.close()
    }
  })

  test('a reset or a snapshot restore keeps both the stored and the current admin key valid', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlApp({ dataDirectory })
    await first.control('PUT', '/snapshots/s')
    await first.app.close()
    const { control, call } = await startControlApp({ dataDirectory, adminKey: 'sk-admin-another' })
    for (const path of ['/reset', '/snapshots/s/restore']) {
      await control('POST', path)
      expect((await call('GET', keysUrl, { as: 'sk-admin-another' })).status, path).toBe(200)
      expect((await call('GET', keysUrl)).status, path).toBe(200)
    }
  })
})

describe('resets that cannot be written', () => {
  test.each(['sandbox.sqlite.new', 'sandbox.sqlite'])(
    'a reset that cannot write %s fails and leaves the sandbox stored',
    async (file) => {
      const dataDirectory = createTemporaryFolder()
      const first = await startControlApp({ dataDirectory, seed })
      const { create, names, control } = first
      await create({ name: 'before' })
      const path = join(folderOf(dataDirectory, 'default'), file)
      const backup = join(createTemporaryFolder(), file)
      if (existsSync(path)) renameSync(path, backup)
      mkdirSync(join(path, 'blocks writing'), { recursive: true })
      for (const response of [await control('POST', '/reset'), await control('PUT', '/state', {})]) {
        expect(response).toMatchObject({ status: 503, body: { error: { code: 'storage_unavailable' } } })
        expect(response.body.error.message).toContain(join(folderOf(dataDirectory, 'default'), 'sandbox.sqlite'))
      }

      rmSync(path, { recursive: true })
      if (existsSync(backup)) renameSync(backup, path)
      expect(await names()).toEqual(expect.arrayContaining(['seeded', 'before']))
      await create({ name: 'afterwards' })
      await control('PUT', '/clock', { now: '2027-01-01' })
      await first.app.close()
      const second = await startControlApp({ dataDirectory })
      expect(await second.names()).toEqual(expect.arrayContaining(['seeded', 'before', 'afterwards']))
      expect((await second.control('GET', '/clock')).body.unix).toBe(1_798_761_600)
      expect((await second.control('POST', '/reset')).status).toBe(200)
      expect(await second.names()).toEqual(['Admin key', 'seeded'])
    },
  )
})

test('partially written files of a crash are ignored and are removed with their sandbox', async () => {
  const dataDirectory = createTemporaryFolder()
  const first = await startControlApp({ dataDirectory })
  await useSandboxes(first.control)
  const before = await readSandbox(first.control, 'copy')
  await first.app.close()
  const folder = folderOf(dataDirectory, 'copy')
  for (const file of ['sandbox', 'initial', `snapshot-${toHex('before')}`, `snapshot-${toHex('never')}`]) {
    writeFileSync(join(folder, `${file}.sqlite.new`), 'partial data')
  }
  const { control } = await startControlApp({ dataDirectory })
  expect(await readSandbox(control, 'copy')).toEqual(before)
  await control('PUT', '/snapshots/never', undefined, 'copy')
  for (const path of ['/reset', '/snapshots/before/restore', '/snapshots/never/restore']) {
    expect((await control('POST', path, undefined, 'copy')).status).toBe(200)
  }
  await control('DELETE', '/sandboxes/copy')
  expect(existsSync(folder)).toBe(false)
})

describe('removed sandboxes', () => {
  test('removing a sandbox removes all its files, and a new sandbox of the same name starts empty', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlApp({ dataDirectory })
    await useSandboxes(first.control)
    expect(readdirSync(folderOf(dataDirectory, 'copy')).sort()).toEqual(
      expect.arrayContaining(['initial.sqlite', 'sandbox.sqlite', `snapshot-${toHex('before')}.sqlite`]),
    )
    await first.control('DELETE', '/sandboxes/copy')
    expect(existsSync(folderOf(dataDirectory, 'copy'))).toBe(false)
    await first.app.close()
    const { control } = await startControlApp({ dataDirectory })
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
    expect(await namesIn(control, 'copy')).toEqual(['Admin key'])
    expect((await control('GET', '/snapshots', undefined, 'copy')).body.data).toEqual([])
  })

  test('a new sandbox has no snapshots of a removed one with the same name, even after a crash', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlApp({ dataDirectory })
    await useSandboxes(first.control)
    const folder = folderOf(dataDirectory, 'copy')
    await first.app.close()
    // What a removal leaves that was killed before its first deletion.
    renameSync(join(folder, 'sandbox.sqlite'), join(folder, 'removed.sqlite'))
    const second = await startControlApp({ dataDirectory })
    expect((await second.control('GET', '/snapshots', undefined, 'copy')).body.data).toEqual([])
    expect(await namesIn(second.control, 'copy')).toEqual(['Admin key'])
    expect(readdirSync(folder)).not.toContain('removed.sqlite')
  })
})

test('snapshots whose names differ only in case are stored separately', async () => {
  const dataDirectory = createTemporaryFolder()
  const first = await startControlApp({ dataDirectory })
  for (const name of ['snap', 'SNAP', 'initial', 'sandbox']) {
    await first.control('PUT', '/state', { keys: [{ name }] })
    await first.control('PUT', `/snapshots/${name}`)
  }
  await first.app.close()
  const { control, names } = await startControlApp({ dataDirectory })
  expect((await control('GET', '/snapshots')).body.data.map(({ name }: { name: string }) => name)).toEqual([
    'SNAP',
    'initial',
    'sandbox',
    'snap',
  ])
  await control('DELETE', '/snapshots/sandbox')
  for (const name of ['snap', 'SNAP', 'initial']) {
    await control('POST', `/snapshots/${name}/restore`)
    expect(await names()).toEqual(['Admin key', name])
  }
})

test('a seeded random sequence that starts again after a restart generates no existing ID or value', async () => {
  const dataDirectory = createTemporaryFolder()
  const ids = new Set<string>()
  const values = new Set<string>()
  for (let n = 0; n < 3; n++) {
    const { create, control, app } = await startControlApp({ dataDirectory, randomSeed: 7 })
    for (let k = 0; k < 20; k++) {
      const { id, value } = await create()
      ids.add(id)
      values.add(value)
    }
    if (n === 1) await control('PUT', '/snapshots/s')
    await app.close()
  }
  expect([ids.size, values.size]).toEqual([60, 60])
  const { control, create, names } = await startControlApp({ dataDirectory, randomSeed: 7 })
  await control('POST', '/snapshots/s/restore')
  expect(await names()).toHaveLength(41)
  await create()
  await control('POST', '/reset')
  expect([...ids][0]).toBe((await create()).id)
})
