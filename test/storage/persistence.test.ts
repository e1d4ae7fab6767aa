import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { pageQueries } from '../../src/openai-api/admin-api-keys/key-position.ts'
import { migrate, newestVersion } from '../../src/sandbox/storage/migrations.ts'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { serve, startProgram } from '../support/program.ts'

const auth = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
const inHex = (name: string) => Buffer.from(name).toString('hex')

/** A folder in which a server has kept sandboxes and has been stopped. */
async function usedFolder(): Promise<string> {
  const data = createTemporaryFolder()
  const { app } = await startApp({ dataDirectory: data })
  await app.close()
  return data
}

const fileOf = (data: string, sandbox = 'default') => join(data, inHex(sandbox), 'sandbox.sqlite')

test('sandboxes are as they were after a restart: keys, cursors, organization, behaviours, clock', async () => {
  const data = createTemporaryFolder()
  const seed = createTemporaryFile(
    'seed.yaml',
    'clock: { now: 2001-01-01T00:00:00Z, frozen: true }\nbehavior: { limit_out_of_range: reject }',
  )
  const first = await startApp({ dataDirectory: data, seed: [seed] })
  const inSandbox = `/sandbox/My.Sandbox${keysUrl}`
  const { body: kept } = await first.call('POST', inSandbox, { body: { name: 'kept', expires_in_seconds: 60 } })
  const { body: gone } = await first.call('POST', inSandbox, { body: { name: 'gone' } })
  await first.call('DELETE', `${inSandbox}/${gone.id}`)
  const before = await first.call('GET', inSandbox)
  await first.app.close()

  // Another seed, which must not matter to what is there already.
  const second = await startApp({ dataDirectory: data, seed: ['paging'] })
  const after = await second.call('GET', inSandbox)
  expect(after.text).toBe(before.text)
  expect(after.headers['openai-organization']).toBe(before.headers['openai-organization'])
  expect((await second.call('GET', `${inSandbox}?after=${gone.id}`)).text).toContain('"data":[]')
  expect((await second.call('GET', `${inSandbox}?limit=0`)).status).toBe(400)
  expect((await second.call('GET', inSandbox, { as: kept.value })).status).toBe(200)
  expect((await second.call('POST', inSandbox, { body: { name: 'new' } })).body.created_at).toBe(978_307_200)
  expect((await second.call('GET', '/sandbox/other/v1/organization/admin_api_keys?limit=100')).body.has_more).toBe(true)
})

test('what has been acknowledged survives kill -9', async () => {
  const data = createTemporaryFolder()
  const { url, child, finished } = await serve(['--data', data])
  const created: { id: string; value: string }[] = []
  for (let n = 0; n < 30; n++) {
    const answer = await fetch(url + keysUrl, { method: 'POST', headers: auth, body: `{"name":"key ${n}"}` })
    created.push((await answer.json()) as { id: string; value: string })
  }
  for (const { id } of created.slice(0, 10)) {
    expect((await fetch(`${url}${keysUrl}/${id}`, { method: 'DELETE', headers: auth })).status).toBe(200)
  }
  child.kill('SIGKILL')
  await finished

  const { call } = await startApp({ dataDirectory: data })
  const { body } = await call('GET', `${keysUrl}?limit=100`)
  expect(body.data.slice(1).map(({ id }: { id: string }) => id)).toEqual(created.slice(10).map(({ id }) => id))
  expect((await call('GET', keysUrl, { as: created[0]?.value ?? '' })).status).toBe(401)
  expect((await call('GET', keysUrl, { as: created[10]?.value ?? '' })).status).toBe(200)
})

test('a kill in the middle of seeding leaves nothing half-seeded', async () => {
  const data = createTemporaryFolder()
  const seed = createTemporaryFile('seed.yaml', 'keys: [{ generate: 1000000, name: "k{n}" }]')
  const { child, finished } = startProgram(['--port', '0', '--data', data, '--seed', seed])
  // As soon as its folder is there it is being seeded.
  await expect.poll(() => existsSync(dirname(fileOf(data))), { interval: 5, timeout: 10_000 }).toBe(true)
  child.kill('SIGKILL')
  expect((await finished).stdout).toBe('')

  const { call } = await startApp({ dataDirectory: data, seed: ['paging'] })
  const { body } = await call('GET', `${keysUrl}?limit=100&order=desc`)
  expect(body.data[0].name).toBe('load-250')
})

test('no value is in any file, only its SHA-256', async () => {
  const data = createTemporaryFolder()
  const { create, call, app } = await startApp({ dataDirectory: data, adminKey: 'sk-admin-very-secret-indeed' })
  const key = await create({ name: 'a' }, { as: 'sk-admin-very-secret-indeed' })
  await call('GET', keysUrl, { as: key.value })
  const everything = () =>
    readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('')
  for (const bytes of [everything(), await app.close().then(everything)]) {
    expect(bytes).not.toContain(key.value.slice(20))
    expect(bytes).not.toContain('very-secret')
  }
})

test('an admin key that a kept sandbox has never seen is added to it', async () => {
  const data = await usedFolder()
  const { call } = await startApp({ dataDirectory: data, adminKey: 'sk-admin-another' })
  expect((await call('GET', keysUrl, { as: 'sk-admin-another' })).body.data).toHaveLength(2)
})

test('an admin key that was deleted stays deleted', async () => {
  const data = createTemporaryFolder()
  const first = await startApp({ dataDirectory: data })
  await first.call('DELETE', `${keysUrl}/${(await first.call('GET', keysUrl)).body.first_id}`)
  await first.app.close()
  const second = await startApp({ dataDirectory: data })
  expect((await second.call('GET', keysUrl)).status).toBe(401)
})

test('names that differ in case, or look like files of others, are kept apart', async () => {
  const data = createTemporaryFolder()
  const names = ['a', 'A', 'a-wal', 'sandbox.sqlite', 'lock.sqlite', '61']
  const first = await startApp({ dataDirectory: data })
  for (const name of names) await first.call('POST', `/sandbox/${name}${keysUrl}`, { body: { name } })
  await first.app.close()
  const second = await startApp({ dataDirectory: data })
  for (const name of names) {
    const { body } = await second.call('GET', `/sandbox/${name}${keysUrl}`)
    expect(body.data.map((key: { name: string }) => key.name)).toEqual(['Admin key', name])
  }
})

test('a sandbox that outlived its time is gone from the folder, too', async () => {
  const data = createTemporaryFolder()
  const { call } = await startApp({ dataDirectory: data, sandboxTtl: 50 })
  await call('GET', `/sandbox/idle${keysUrl}`)
  expect(readdirSync(data)).toContain(inHex('idle'))
  await expect.poll(() => readdirSync(data)).not.toContain(inHex('idle'))
  expect(readdirSync(data)).toContain(inHex('default'))
})

test('a file without the pending migrations gets them when it is opened', async () => {
  const data = createTemporaryFolder()
  mkdirSync(join(data, inHex('default')))
  const db = new SQLite(fileOf(data))
  db.pragma('journal_mode = WAL')
  db.close()
  const { app, call } = await startApp({ dataDirectory: data })
  expect((await call('GET', keysUrl)).status).toBe(200)
  await app.close()
  const migrated = new SQLite(fileOf(data), { readonly: true })
  expect(migrated.pragma('user_version', { simple: true })).toBe(newestVersion())
  expect(migrated.pragma('freelist_count', { simple: true })).toBe(0)
  migrated.close()
})

test('keys keep their order, deletion, cursors and values across a restart and a restored snapshot', async () => {
  const keys = [
    { id: 'key_late', created_at: 1_700_000_002 },
    { id: 'key_b', created_at: 1_700_000_001 },
    { id: 'key_gone', created_at: 1_700_000_001, deleted: true },
    { id: 'key_a', created_at: 1_700_000_001 },
    { id: 'key_first', created_at: 0, expires_at: 1, last_used_at: 1 },
    { id: 'key_last', created_at: 253_402_300_799 },
  ].map((key) => ({ name: key.id, value: `sk-admin-${key.id}`, ...key }))
  const options = { dataDirectory: createTemporaryFolder(), adminKey: undefined }
  const earlier = await startApp({ ...options, seed: [createTemporaryFile('seed.json', JSON.stringify({ keys }))] })
  expect((await earlier.call('PUT', '/_emulator/snapshots/old')).status).toBe(200)
  await earlier.app.close()
  const { app, call } = await startApp(options)
  const as = 'sk-admin-key_late'
  const idsOf = async (query: string) =>
    (await call('GET', `${keysUrl}?${query}`, { as })).body.data.map(({ id }: { id: string }) => id)
  const reasonOf = async (token: string) => (await call('GET', keysUrl, { as: token })).headers['x-emulator-reason']
  const expectAll = async () => {
    expect(await idsOf('')).toEqual(['key_first', 'key_b', 'key_a', 'key_late', 'key_last'])
    expect(await idsOf('order=desc&after=key_gone')).toEqual(['key_b', 'key_first'])
    expect(await idsOf('after=key_gone')).toEqual(['key_a', 'key_late', 'key_last'])
    expect(await reasonOf('sk-admin-key_gone')).toContain('key_deleted')
    expect(await reasonOf('sk-admin-key_first')).toContain('key_expired; key=key_first; expires_at=1;')
  }
  await expectAll()
  const { body: first } = await call('GET', `${keysUrl}/key_first`, { as })
  expect(first).toMatchObject({ expires_at: 1, last_used_at: 1 })
  for (const id of ['key_a', 'key_last']) await call('DELETE', `${keysUrl}/${id}`, { as })
  expect((await call('POST', '/_emulator/snapshots/old/restore')).status).toBe(200)
  await expectAll()
  const exported = (await call('GET', '/_emulator/state')).body.keys
  expect(exported.map(({ id }: { id: string }) => id)).toEqual(keys.map(({ id }) => id))
  const { id } = (await call('POST', keysUrl, { as, body: { name: 'new' } })).body
  expect((await call('GET', '/_emulator/state')).body.keys.at(-1).id).toBe(id)
  await app.close()
})

test('a key is listed after those of its second that an earlier run made, and deleted', async () => {
  const data = createTemporaryFolder()
  const seed = createTemporaryFile('seed.yaml', 'clock: { now: 2001-01-01T00:00:00Z, frozen: true }')
  const options = { dataDirectory: data, seed: [seed] }
  const first = await startApp(options)
  const [kept, gone] = [await first.create({ name: 'kept' }), await first.create({ name: 'gone' })]
  await first.call('DELETE', `${keysUrl}/${gone.id}`)
  await first.app.close()
  const second = await startApp(options)
  const made = await second.create({ name: 'new' })
  const after = async (id: string) => (await second.call('GET', `${keysUrl}?after=${id}`)).body.data
  expect(await after(gone.id)).toEqual([expect.objectContaining({ id: made.id })])
  expect(await after(kept.id)).toHaveLength(1)
})

test('a migration is applied whole or not at all', () => {
  const db = new SQLite(':memory:')
  const first = { version: 1, sql: 'CREATE TABLE a (x) STRICT' }
  const steps = [
    { version: 1, sql: 'CREATE TABLE a (x TEXT) STRICT' },
    { version: 2, sql: 'CREATE TABLE b (x TEXT) STRICT; NONSENSE' },
  ]
  expect(() => migrate(db, [first])).toThrow()
  expect(() => migrate(db, steps)).toThrow('NONSENSE')
  expect(db.pragma('user_version', { simple: true })).toBe(1)
  expect(db.prepare('SELECT name FROM sqlite_schema').pluck().all()).toEqual(['a'])
  migrate(db, [...steps.slice(0, 1), { version: 2, sql: 'CREATE TABLE b (x TEXT) STRICT' }])
  expect(db.pragma('user_version', { simple: true })).toBe(2)
})

test('a file of a version that lacked a behaviour has its default', async () => {
  const data = await usedFolder()
  const db = new SQLite(fileOf(data))
  db.exec(`UPDATE sandbox SET behavior = '{"auth":"any"}'`)
  db.close()
  const { call, create } = await startApp({ dataDirectory: data })
  const key = await create({ name: 'kept' }, { as: 'anybody' })
  expect((await call('GET', `${keysUrl}/${key.id}`)).status).toBe(200)
})

test('a page is one range of the table: no sorting, no temporary table', async () => {
  const data = await usedFolder()
  const db = new SQLite(fileOf(data))
  const ranges = { asc: '(rowid>?)', desc: '(rowid>? AND rowid<?)' }
  for (const order of ['asc', 'desc'] as const) {
    const plan = db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${pageQueries[order]}`)
      .all('key_a', 'key_a', 21)
      .map(({ detail }) => detail)
    expect(plan).toEqual([
      `SEARCH admin_api_keys USING INTEGER PRIMARY KEY ${ranges[order]}`,
      'SCALAR SUBQUERY 1',
      expect.stringMatching(
        /^SEARCH admin_api_keys USING( COVERING)? INDEX sqlite_autoindex_admin_api_keys_1 \(id=\?\)$/,
      ),
    ])
  }
  db.close()
})

test('a file is in WAL mode, and its tables are strict', async () => {
  const data = await usedFolder()
  const db = new SQLite(fileOf(data))
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  const tables = db
    .prepare<[], { name: string; strict: number }>(
      `SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'`,
    )
    .all()
  expect(tables).toEqual([
    { name: expect.any(String), strict: 1 },
    { name: expect.any(String), strict: 1 },
  ])
  db.close()
})

test('what else stands in the folder is left alone, and is no sandbox', async () => {
  const data = createTemporaryFolder()
  const foreign = ['2026', 'ff', 'cafe', 'ab'.repeat(100), 'notes', inHex('mine2'), inHex('..')]
  for (const folder of foreign) {
    mkdirSync(join(data, folder))
    writeFileSync(join(data, folder, 'photo.jpg'), folder)
  }
  writeFileSync(fileOf(data, '..'), 'no database')
  const { call } = await startApp({ dataDirectory: data, sandboxTtl: 50, maxSandboxes: 2 })
  const inSandbox = `/sandbox/mine${keysUrl}`
  expect((await call('GET', inSandbox)).status).toBe(200)
  // Something of somebody's in a folder of ours stays, too.
  writeFileSync(join(data, inHex('mine'), 'notes.txt'), 'keep me')
  await expect.poll(() => existsSync(fileOf(data, 'mine'))).toBe(false)
  for (const folder of foreign) {
    const files = folder === inHex('..') ? ['photo.jpg', 'sandbox.sqlite'] : ['photo.jpg']
    expect(readdirSync(join(data, folder)).sort()).toEqual(files)
  }
  expect(readdirSync(join(data, inHex('mine')))).toEqual(['notes.txt'])
  const others = readdirSync(data).filter((entry) => !foreign.includes(entry) && !entry.startsWith('lock.sqlite'))
  expect(others.sort()).toEqual([inHex('default'), inHex('mine')].sort())
})

test('a file that cannot be removed is no reason to end', async () => {
  const data = createTemporaryFolder()
  const { url, output } = await serve(['--data', data, '--sandbox-ttl', '200ms'])
  await fetch(`${url}/sandbox/stuck${keysUrl}`, { headers: auth })
  mkdirSync(`${fileOf(data, 'stuck')}-journal`)
  await expect.poll(() => output.stderr).toContain('cannot remove the files of an idle sandbox')
  expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
})

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }

/** Whether a process of that user could run the program where it is. */
function canReadUs(user: { uid: number; gid: number }): boolean {
  const look = `fs.accessSync(${JSON.stringify(fileURLToPath(import.meta.url))}, fs.constants.R_OK)`
  return spawnSync(process.execPath, ['-e', look], { ...user, cwd: '/' }).status === 0
}

describe('a folder that cannot be used stops the start with exit code 2', () => {
  async function refused(data: string, as: { uid?: number; gid?: number } = {}): Promise<string> {
    const { code, stdout, stderr } = await startProgram(['--port', '0', '--data', data], {}, as).finished
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^admin-keys-emulator: --data: [^\n]+\n$/)
    expect(stderr).toContain(data)
    return stderr
  }

  test('a file of a newer version, which stays as it is', async () => {
    const data = await usedFolder()
    const db = new SQLite(fileOf(data))
    db.pragma('user_version = 999')
    db.close()
    const before = readFileSync(fileOf(data))
    expect(await refused(data)).toContain(
      'has version 999, written by a newer release; this release supports versions up to 1',
    )
    expect(readFileSync(fileOf(data)).equals(before)).toBe(true)
  })

  test('a file that is no database, which stays as it is, also of another sandbox', async () => {
    for (const sandbox of ['default', 'other']) {
      const data = await usedFolder()
      mkdirSync(join(data, inHex(sandbox)), { recursive: true })
      writeFileSync(fileOf(data, sandbox), 'these are notes, not a database '.repeat(100))
      const before = readFileSync(fileOf(data, sandbox))
      expect(await refused(data)).toContain('is not a SQLite database')
      expect(readFileSync(fileOf(data, sandbox)).equals(before)).toBe(true)
    }
  })

  test('a damaged database', async () => {
    const data = await usedFolder()
    const bytes = readFileSync(fileOf(data))
    bytes.fill(0xff, 4096)
    writeFileSync(fileOf(data), bytes)
    await refused(data)
    expect(readFileSync(fileOf(data)).equals(bytes)).toBe(true)
  })

  test('a database of another program, which stays as it is', async () => {
    const data = createTemporaryFolder()
    mkdirSync(join(data, inHex('default')))
    const db = new SQLite(fileOf(data))
    db.exec('CREATE TABLE admin_api_keys (theirs)')
    db.close()
    const before = readFileSync(fileOf(data))
    expect(await refused(data)).toContain('is a database of another program')
    expect(readFileSync(fileOf(data)).equals(before)).toBe(true)
  })

  test('and then no other file is touched, older ones neither', async () => {
    const data = await usedFolder()
    const older = new SQLite(fileOf(data))
    for (const table of ['sandbox', 'admin_api_keys']) older.exec(`DROP TABLE ${table}`)
    older.pragma('user_version = 0')
    older.pragma('journal_mode = DELETE')
    older.close()
    mkdirSync(join(data, inHex('zz')))
    writeFileSync(fileOf(data, 'zz'), 'no database '.repeat(100))
    const before = readFileSync(fileOf(data))
    await refused(data)
    expect(readFileSync(fileOf(data)).equals(before)).toBe(true)
  })

  test('a folder that cannot be made', async () => {
    await refused(join(createTemporaryFile('a-file', 'text'), 'below'))
    if (process.platform === 'linux') await refused('/proc/admin-keys-emulator')
  })

  // Root may write everywhere, so a test as root would show nothing; but it can become nobody, who may not see us here.
  test.runIf(!isRoot || canReadUs(nobody))('a folder that is read-only', async () => {
    const data = await usedFolder()
    const files = [data, join(data, inHex('default')), fileOf(data), join(data, 'lock.sqlite')]
    for (const path of files) chmodSync(path, path.endsWith('.sqlite') ? 0o444 : 0o555)
    const before = readFileSync(fileOf(data))
    await refused(data, isRoot ? nobody : {})
    for (const path of files) chmodSync(path, 0o755)
    expect(readFileSync(fileOf(data)).equals(before)).toBe(true)
    expect(readdirSync(data).sort()).toEqual([inHex('default'), 'lock.sqlite'].sort())
  })

  test('a path on which a file stands', async () => {
    await refused(createTemporaryFile('a-file', 'text'))
  })

  test('a folder that another process uses', async () => {
    const data = createTemporaryFolder()
    const { url } = await serve(['--data', data])
    expect(await refused(data)).toContain('is in use by another process')
    expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
  })

  test('but one that a killed process used is free', async () => {
    const data = createTemporaryFolder()
    const { child, finished } = await serve(['--data', data])
    child.kill('SIGKILL')
    await finished
    const { url } = await serve(['--data', data])
    expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
  })

  test('and a copy of a folder in use can be used', async () => {
    const data = await usedFolder()
    const copy = createTemporaryFolder()
    const { url } = await serve(['--data', data])
    cpSync(data, copy, { recursive: true })
    const other = await serve(['--data', copy])
    expect(other.url).not.toBe(url)
  })
})
