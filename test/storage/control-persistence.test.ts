import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, type TestResponse } from '../support/app.ts'
import { at, startControlled } from '../support/control-app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'

type Control = (
  method: string,
  path: string,
  body?: unknown,
  sandbox?: string,
) => Promise<Pick<TestResponse, 'status' | 'body'>>

/** What controls a running program. */
const controlOf =
  (url: string): Control =>
  async (method, path, body, sandbox = 'default') => {
    const answer = await fetch(url + at(sandbox, `/_emulator${path}`), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    return { status: answer.status, body: await answer.json() }
  }

const hex = (name: string) => Buffer.from(name).toString('hex')
const folderOf = (data: string, sandbox: string) => join(data, hex(sandbox))

const namesIn = async (control: Control, sandbox?: string) =>
  (await control('GET', '/state', undefined, sandbox)).body.keys.map(({ name }: { name: string }) => name)

const seed = `
  keys: [{ name: seeded }]
  behavior: { limit_out_of_range: reject }
  clock: { now: 2026-01-01T00:00:00Z, frozen: true }`

/** A default with a snapshot, and a copy of it that has gone on from there. */
async function use(control: Control): Promise<void> {
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

/** Everything that a sandbox shows; of a clock that goes on only that it does. */
async function allOf(control: Control, sandbox: string) {
  const read = async (path: string) => (await control('GET', path, undefined, sandbox)).body
  const { clock, ...state } = await read('/state')
  return {
    ...state,
    clock: clock.frozen ? clock : { frozen: clock.frozen },
    snapshots: await read('/snapshots'),
    effective: await read('/behavior'),
  }
}

/** What must hold on a folder that `use` has used, whatever ended the server before. */
async function expectKept(control: Control): Promise<void> {
  expect((await control('GET', '/clock')).body).toEqual({
    now: '2027-01-01T00:00:00.000Z',
    unix: 1_798_761_600,
    frozen: true,
  })
  const { body: going } = await control('GET', '/clock', undefined, 'copy')
  expect([going.frozen, going.unix - 1_893_456_000]).toEqual([false, expect.toSatisfy((n) => n >= 0 && n < 60)])
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

describe('all of a sandbox but its faults and its journal survives', () => {
  test('a restart, and another seed', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlled({ dataDirectory, seed })
    await use(first.control)
    await first.call('GET', keysUrl)
    const before = [await allOf(first.control, 'default'), await allOf(first.control, 'copy')]
    await first.app.close()
    const { control, call } = await startControlled({ dataDirectory, seed: ['paging'] })
    expect([await allOf(control, 'default'), await allOf(control, 'copy')]).toEqual(before)
    await expectKept(control)
    expect((await call('GET', at('copy', keysUrl), { as: 'sk-admin-kept' })).status).toBe(200)
  })

  test('a kill -9', async () => {
    const data = createTemporaryFolder()
    const first = await serve(['--data', data, '--seed', createTemporaryFile('seed.yaml', seed)])
    await use(controlOf(first.url))
    await fetch(first.url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })
    const before = [await allOf(controlOf(first.url), 'default'), await allOf(controlOf(first.url), 'copy')]
    first.child.kill('SIGKILL')
    await first.finished
    const control = controlOf((await serve(['--data', data])).url)
    expect([await allOf(control, 'default'), await allOf(control, 'copy')]).toEqual(before)
    await expectKept(control)
  })

  test('a kill -9 right after a reset, a restore or a load, which has then happened', async () => {
    const data = createTemporaryFolder()
    const ways: [(control: Control) => Promise<unknown>, string[]][] = [
      [(control) => control('PUT', '/state', { keys: [{ name: 'loaded' }] }), ['Admin key', 'loaded']],
      [(control) => control('POST', '/snapshots/s/restore'), ['Admin key', 'at first']],
      [(control) => control('POST', '/reset'), ['Admin key']],
    ]
    const first = await serve(['--data', data])
    await controlOf(first.url)('POST', '/state', { keys: [{ name: 'at first' }] })
    await controlOf(first.url)('PUT', '/snapshots/s')
    let { child, finished, url } = first
    for (const [change, names] of ways) {
      await change(controlOf(url))
      child.kill('SIGKILL')
      await finished
      ;({ child, finished, url } = await serve(['--data', data]))
      expect(await namesIn(controlOf(url))).toEqual(names)
    }
  })
})

describe('a reset', () => {
  test('goes back to the beginning again and again, with restarts in between', async () => {
    const dataDirectory = createTemporaryFolder()
    let before: unknown
    for (let n = 0; n < 3; n++) {
      const { control, create, app } = await startControlled({ dataDirectory, seed: n === 0 ? seed : [] })
      before ??= await allOf(control, 'default')
      await create()
      await control('POST', '/reset')
      expect(await allOf(control, 'default')).toEqual(before)
      await create()
      await app.close()
    }
  })

  test('leaves whom a server is started for his admin key', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlled({ dataDirectory })
    await first.control('PUT', '/snapshots/s')
    await first.app.close()
    const { control, call } = await startControlled({ dataDirectory, adminKey: 'sk-admin-another' })
    for (const path of ['/reset', '/snapshots/s/restore']) {
      await control('POST', path)
      expect((await call('GET', keysUrl, { as: 'sk-admin-another' })).status, path).toBe(200)
      expect((await call('GET', keysUrl)).status, path).toBe(200)
    }
  })
})

describe('a reset that cannot be written', () => {
  test.each([
    ['beside the file', 'sandbox.sqlite.new'],
    ['in its place', 'sandbox.sqlite'],
  ])('%s leaves what there is, serving and kept', async (_where, file) => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlled({ dataDirectory, seed })
    const { create, names, control } = first
    await create({ name: 'made' })
    const place = join(folderOf(dataDirectory, 'default'), file)
    const aside = join(createTemporaryFolder(), file)
    if (existsSync(place)) renameSync(place, aside)
    mkdirSync(join(place, 'in the way'), { recursive: true })
    expect((await control('POST', '/reset')).status).toBe(500)
    expect((await control('PUT', '/state', {})).status).toBe(500)
    expect(await names()).toEqual(expect.arrayContaining(['seeded', 'made']))
    await create({ name: 'made afterwards' })
    await control('PUT', '/clock', { now: '2027-01-01' })

    rmSync(place, { recursive: true })
    if (existsSync(aside)) renameSync(aside, place)
    await first.app.close()
    const second = await startControlled({ dataDirectory })
    expect(await second.names()).toEqual(expect.arrayContaining(['seeded', 'made', 'made afterwards']))
    expect((await second.control('GET', '/clock')).body.unix).toBe(1_798_761_600)
    expect((await second.control('POST', '/reset')).status).toBe(200)
    expect(await second.names()).toEqual(['Admin key', 'seeded'])
  })
})

test('what a crash has left half-written does no harm, and is gone with its sandbox', async () => {
  const dataDirectory = createTemporaryFolder()
  const first = await startControlled({ dataDirectory })
  await use(first.control)
  const before = await allOf(first.control, 'copy')
  await first.app.close()
  const folder = folderOf(dataDirectory, 'copy')
  for (const file of ['sandbox', 'initial', `snapshot-${hex('before')}`, `snapshot-${hex('never')}`]) {
    writeFileSync(join(folder, `${file}.sqlite.new`), 'half a data')
  }
  const { control } = await startControlled({ dataDirectory })
  expect(await allOf(control, 'copy')).toEqual(before)
  await control('PUT', '/snapshots/never', undefined, 'copy')
  for (const path of ['/reset', '/snapshots/before/restore', '/snapshots/never/restore']) {
    expect((await control('POST', path, undefined, 'copy')).status).toBe(200)
  }
  await control('DELETE', '/sandboxes/copy')
  expect(existsSync(folder)).toBe(false)
})

describe('a sandbox that was removed', () => {
  test('is gone with all its files, also for the next of its name', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlled({ dataDirectory })
    await use(first.control)
    expect(readdirSync(folderOf(dataDirectory, 'copy')).sort()).toEqual(
      expect.arrayContaining(['initial.sqlite', 'sandbox.sqlite', `snapshot-${hex('before')}.sqlite`]),
    )
    await first.control('DELETE', '/sandboxes/copy')
    expect(existsSync(folderOf(dataDirectory, 'copy'))).toBe(false)
    await first.app.close()
    const { control } = await startControlled({ dataDirectory })
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
    expect(await namesIn(control, 'copy')).toEqual(['Admin key'])
    expect((await control('GET', '/snapshots', undefined, 'copy')).body.data).toEqual([])
  })

  test('leaves nothing to the next of its name though a crash broke the removal off', async () => {
    const dataDirectory = createTemporaryFolder()
    const first = await startControlled({ dataDirectory })
    await use(first.control)
    const folder = folderOf(dataDirectory, 'copy')
    const kept = readFileSync(join(folder, `snapshot-${hex('before')}.sqlite`))
    await first.control('DELETE', '/sandboxes/copy')
    await first.app.close()
    mkdirSync(folder)
    writeFileSync(join(folder, `snapshot-${hex('before')}.sqlite`), kept)
    const second = await startControlled({ dataDirectory })
    expect((await second.control('GET', '/snapshots', undefined, 'copy')).body.data).toEqual([])
  })
})

test('names of snapshots that differ in case are two', async () => {
  const dataDirectory = createTemporaryFolder()
  const first = await startControlled({ dataDirectory })
  for (const name of ['snap', 'SNAP', 'initial', 'sandbox']) {
    await first.control('PUT', '/state', { keys: [{ name }] })
    await first.control('PUT', `/snapshots/${name}`)
  }
  await first.app.close()
  const { control, names } = await startControlled({ dataDirectory })
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

test('what a seeded sequence repeats after a restart is drawn again', async () => {
  const dataDirectory = createTemporaryFolder()
  const ids = new Set<string>()
  const values = new Set<string>()
  for (let n = 0; n < 3; n++) {
    const { create, control, app } = await startControlled({ dataDirectory, randomSeed: 7 })
    for (let k = 0; k < 20; k++) {
      const { id, value } = await create()
      ids.add(id)
      values.add(value)
    }
    if (n === 1) await control('PUT', '/snapshots/s')
    await app.close()
  }
  expect([ids.size, values.size]).toEqual([60, 60])
  const { control, create, names } = await startControlled({ dataDirectory, randomSeed: 7 })
  await control('POST', '/snapshots/s/restore')
  expect(await names()).toHaveLength(41)
  await create()
  await control('POST', '/reset')
  expect([...ids][0]).toBe((await create()).id)
})
