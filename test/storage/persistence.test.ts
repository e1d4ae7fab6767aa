import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { pageQueries } from '../../src/openai-api/lists/positions.ts'
import { defaultModels } from '../../src/openai-api/models/service.ts'
import { readSettings } from '../../src/sandbox/settings.ts'
import { migrate } from '../../src/sandbox/storage/migrations.ts'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { serve, startProgram } from '../support/program.ts'

const auth = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
const toHex = (name: string) => Buffer.from(name).toString('hex')

/** Creates a data directory with the default sandbox, which no server uses any more. */
async function createUsedFolder(): Promise<string> {
  const data = createTemporaryFolder()
  const { app } = await startApp({ dataDirectory: data })
  await app.close()
  return data
}

const databaseFile = (data: string, sandbox = 'default') => join(data, toHex(sandbox), 'sandbox.sqlite')

test('a sandbox keeps its keys, cursors, organization, behavior and clock across a restart', async () => {
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

  // Another seed, which must not affect existing sandboxes.
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

test('acknowledged writes survive kill -9', async () => {
  const data = createTemporaryFolder()
  const { url, child, finished } = await serve(['--data', data])
  const created: { id: string; value: string }[] = []
  for (let n = 0; n < 30; n++) {
    const response = await fetch(url + keysUrl, { method: 'POST', headers: auth, body: `{"name":"key ${n}"}` })
    created.push((await response.json()) as { id: string; value: string })
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

test('a sandbox whose seeding was killed is seeded completely by the next start', async () => {
  const data = createTemporaryFolder()
  const seed = createTemporaryFile('seed.yaml', 'keys: [{ generate: 1000000, name: "k{n}" }]')
  const { child, finished } = startProgram(['--port', '0', '--data', data, '--seed', seed])
  // Seeding starts as soon as the folder of the sandbox exists.
  await expect.poll(() => existsSync(dirname(databaseFile(data))), { interval: 5, timeout: 10_000 }).toBe(true)
  child.kill('SIGKILL')
  expect((await finished).stdout).toBe('')

  const { call } = await startApp({ dataDirectory: data, seed: ['paging'] })
  const { body } = await call('GET', `${keysUrl}?limit=100&order=desc`)
  expect(body.data[0].name).toBe('load-250')
})

test('no file in the data directory contains the value of a key', async () => {
  const data = createTemporaryFolder()
  const { create, call, app } = await startApp({ dataDirectory: data, adminKey: 'sk-admin-very-secret-indeed' })
  const key = await create({ name: 'a' }, { as: 'sk-admin-very-secret-indeed' })
  await call('GET', keysUrl, { as: key.value })
  const readAllFiles = () =>
    readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('')
  for (const bytes of [readAllFiles(), await app.close().then(readAllFiles)]) {
    expect(bytes).not.toContain(key.value.slice(20))
    expect(bytes).not.toContain('very-secret')
  }
})

test('a new admin key is added to an existing sandbox', async () => {
  const data = await createUsedFolder()
  const { call } = await startApp({ dataDirectory: data, adminKey: 'sk-admin-another' })
  expect((await call('GET', keysUrl, { as: 'sk-admin-another' })).body.data).toHaveLength(2)
})

test('a deleted admin key stays deleted after a restart', async () => {
  const data = createTemporaryFolder()
  const first = await startApp({ dataDirectory: data })
  await first.call('DELETE', `${keysUrl}/${(await first.call('GET', keysUrl)).body.first_id}`)
  await first.app.close()
  const second = await startApp({ dataDirectory: data })
  expect((await second.call('GET', keysUrl)).status).toBe(401)
})

test('sandboxes whose names differ only in case or look like database files are stored separately', async () => {
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

test('an expired sandbox is removed from the data directory', async () => {
  const data = createTemporaryFolder()
  const { call } = await startApp({ dataDirectory: data, sandboxTtl: 500 })
  await call('GET', `/sandbox/idle${keysUrl}`)
  expect(readdirSync(data)).toContain(toHex('idle'))
  await expect.poll(() => readdirSync(data), { timeout: 5000 }).not.toContain(toHex('idle'))
  expect(readdirSync(data)).toContain(toHex('default'))
})

test('keys keep their order, deletion, cursors and values across a restart and a snapshot restore', async () => {
  const keys = [
    { id: 'key_late', created_at: 1_700_000_002 },
    { id: 'key_b', created_at: 1_700_000_001 },
    { id: 'key_gone', created_at: 1_700_000_001, deleted: true },
    { id: 'key_a', created_at: 1_700_000_001 },
    { id: 'key_first', created_at: 0, expires_at: 1, last_used_at: 1 },
    { id: 'key_last', created_at: 253_402_300_799 },
  ].map((key) => ({ name: key.id, value: `sk-admin-${key.id}`, ...key }))
  const options = { dataDirectory: createTemporaryFolder(), adminKey: undefined }
  const first = await startApp({ ...options, seed: [createTemporaryFile('seed.json', JSON.stringify({ keys }))] })
  expect((await first.call('PUT', '/_emulator/snapshots/saved')).status).toBe(200)
  await first.app.close()
  const { app, call } = await startApp(options)
  const as = 'sk-admin-key_late'
  const idsOf = async (query: string) =>
    (await call('GET', `${keysUrl}?${query}`, { as })).body.data.map(({ id }: { id: string }) => id)
  const reasonOf = async (token: string) => (await call('GET', keysUrl, { as: token })).headers['x-emulator-reason']
  const expectInitialKeys = async () => {
    expect(await idsOf('')).toEqual(['key_first', 'key_b', 'key_a', 'key_late', 'key_last'])
    expect(await idsOf('order=desc&after=key_gone')).toEqual(['key_b', 'key_first'])
    expect(await idsOf('after=key_gone')).toEqual(['key_a', 'key_late', 'key_last'])
    expect(await reasonOf('sk-admin-key_gone')).toContain('key_deleted')
    expect(await reasonOf('sk-admin-key_first')).toContain('key_expired; key=key_first; expires_at=1;')
  }
  await expectInitialKeys()
  const { body: firstKey } = await call('GET', `${keysUrl}/key_first`, { as })
  expect(firstKey).toMatchObject({ expires_at: 1, last_used_at: 1 })
  for (const id of ['key_a', 'key_last']) await call('DELETE', `${keysUrl}/${id}`, { as })
  expect((await call('POST', '/_emulator/snapshots/saved/restore')).status).toBe(200)
  await expectInitialKeys()
  const exported = (await call('GET', '/_emulator/state')).body.keys
  expect(exported.map(({ id }: { id: string }) => id)).toEqual(keys.map(({ id }) => id))
  const { id } = (await call('POST', keysUrl, { as, body: { name: 'new' } })).body
  expect((await call('GET', '/_emulator/state')).body.keys.at(-1).id).toBe(id)
  await app.close()
})

test('a new key is listed after kept and deleted keys with the same created_at from before a restart', async () => {
  const data = createTemporaryFolder()
  const seed = createTemporaryFile('seed.yaml', 'clock: { now: 2001-01-01T00:00:00Z, frozen: true }')
  const options = { dataDirectory: data, seed: [seed] }
  const first = await startApp(options)
  const [kept, gone] = [await first.create({ name: 'kept' }), await first.create({ name: 'gone' })]
  await first.call('DELETE', `${keysUrl}/${gone.id}`)
  await first.app.close()
  const second = await startApp(options)
  const created = await second.create({ name: 'new' })
  const after = async (id: string) => (await second.call('GET', `${keysUrl}?after=${id}`)).body.data
  expect(await after(gone.id)).toEqual([expect.objectContaining({ id: created.id })])
  expect(await after(kept.id)).toHaveLength(1)
})

test('a migration is applied completely or not at all', () => {
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

test('a sandbox from before there were models has the default ones', () => {
  const db = new SQLite(':memory:')
  const sql = readFileSync(new URL('../../migrations/0001_initial.sql', import.meta.url), 'utf8')
  migrate(db, [{ version: 1, sql }])
  db.exec(`INSERT INTO sandbox (organization, behavior, clock, at_ms, random_positions)
    VALUES ('{"id":"org-a","name":"A","user":{"id":"user-a","name":"Jane","created_at":1}}', '{}', '{}', 0, '{}')`)
  migrate(db)
  expect(readSettings(db).models).toEqual(defaultModels)
})

test('a behavior that is missing in a stored sandbox has its default value', async () => {
  const data = await createUsedFolder()
  const db = new SQLite(databaseFile(data))
  db.exec(`UPDATE sandbox SET behavior = '{"auth":"any"}'`)
  db.close()
  const { call, create } = await startApp({ dataDirectory: data })
  const key = await create({ name: 'kept' }, { as: 'anybody' })
  expect((await call('GET', `${keysUrl}/${key.id}`)).status).toBe(200)
})

test('a page is read as one range of the table without sorting or a temporary table', async () => {
  const data = await createUsedFolder()
  const db = new SQLite(databaseFile(data))
  const ranges = { asc: '(rowid>?)', desc: '(rowid>? AND rowid<?)' }
  for (const order of ['asc', 'desc'] as const) {
    const plan = db
      .prepare<unknown[], { detail: string }>(
        `EXPLAIN QUERY PLAN ${pageQueries({ table: 'admin_api_keys', columns: 'json' })[order]}`,
      )
      .all('key_a', 'key_a', 21)
      .map(({ detail }) => detail)
    expect(plan).toEqual([
      `SEARCH admin_api_keys USING INTEGER PRIMARY KEY ${ranges[order]}`,
      'SCALAR SUBQUERY 1',
      expect.stringMatching(/^SEARCH admin_api_keys USING( COVERING)? INDEX admin_api_keys_by_id \(id=\?\)$/),
    ])
  }
  db.close()
})

test('a database file is in WAL mode and has strict tables', async () => {
  const data = await createUsedFolder()
  const db = new SQLite(databaseFile(data))
  expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
  const tables = db
    .prepare<[], { name: string; strict: number }>(
      `SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'`,
    )
    .all()
  expect(tables.map(({ name }) => name).sort()).toEqual([
    'admin_api_keys',
    'audit_events',
    'project_api_keys',
    'projects',
    'sandbox',
    'service_accounts',
  ])
  expect(tables.every(({ strict }) => strict === 1)).toBe(true)
  db.close()
})

test('other files and folders in the data directory are not changed and do not count as sandboxes', async () => {
  const data = createTemporaryFolder()
  const foreign = ['2026', 'ff', 'cafe', 'ab'.repeat(100), 'notes', toHex('own2'), toHex('..')]
  for (const folder of foreign) {
    mkdirSync(join(data, folder))
    writeFileSync(join(data, folder, 'photo.jpg'), folder)
  }
  writeFileSync(databaseFile(data, '..'), 'no database')
  const { call } = await startApp({ dataDirectory: data, sandboxTtl: 500, maxSandboxes: 2 })
  const inSandbox = `/sandbox/own${keysUrl}`
  expect((await call('GET', inSandbox)).status).toBe(200)
  // A foreign file in the folder of a sandbox is kept, too.
  writeFileSync(join(data, toHex('own'), 'notes.txt'), 'keep me')
  await expect.poll(() => existsSync(databaseFile(data, 'own')), { timeout: 5000 }).toBe(false)
  for (const folder of foreign) {
    const files = folder === toHex('..') ? ['photo.jpg', 'sandbox.sqlite'] : ['photo.jpg']
    expect(readdirSync(join(data, folder)).sort()).toEqual(files)
  }
  expect(readdirSync(join(data, toHex('own')))).toEqual(['notes.txt'])
  const emulatorFolders = readdirSync(data).filter(
    (entry) => !foreign.includes(entry) && !entry.startsWith('lock.sqlite'),
  )
  expect(emulatorFolders.sort()).toEqual([toHex('default'), toHex('own')].sort())
})

test('a sandbox file that cannot be removed is logged and does not stop the server', async () => {
  const data = createTemporaryFolder()
  const { url, output } = await serve(['--data', data, '--sandbox-ttl', '200ms'])
  await fetch(`${url}/sandbox/stuck${keysUrl}`, { headers: auth })
  mkdirSync(`${databaseFile(data, 'stuck')}-journal`)
  await expect.poll(() => output.stderr).toContain('cannot remove the files of an idle sandbox')
  expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
})

const isRoot = process.getuid?.() === 0
const nobody = { uid: 65_534, gid: 65_534 }

/** Returns whether the user can read the repository, and so run the program. */
function canReadRepository(user: { uid: number; gid: number }): boolean {
  const script = `fs.accessSync(${JSON.stringify(fileURLToPath(import.meta.url))}, fs.constants.R_OK)`
  return spawnSync(process.execPath, ['-e', script], { ...user, cwd: '/' }).status === 0
}

describe('data directories that cannot be used', () => {
  /** Expects a start with the data directory to fail with exit code 2. Returns stderr. */
  async function expectStartToFail(data: string, user: { uid?: number; gid?: number } = {}): Promise<string> {
    const { code, stdout, stderr } = await startProgram(['--port', '0', '--data', data], {}, user).finished
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^admin-keys-emulator: --data: [^\n]+\n$/)
    expect(stderr).toContain(data)
    return stderr
  }

  test('a database of a newer version stops the start and is not changed', async () => {
    const data = await createUsedFolder()
    const db = new SQLite(databaseFile(data))
    db.pragma('user_version = 999')
    db.close()
    const before = readFileSync(databaseFile(data))
    expect(await expectStartToFail(data)).toContain(
      'has version 999, written by a newer release; this release supports versions up to 2',
    )
    expect(readFileSync(databaseFile(data)).equals(before)).toBe(true)
  })

  test('a sandbox file that is not a database stops the start and is not changed', async () => {
    for (const sandbox of ['default', 'other']) {
      const data = await createUsedFolder()
      mkdirSync(join(data, toHex(sandbox)), { recursive: true })
      writeFileSync(databaseFile(data, sandbox), 'these are notes, not a database '.repeat(100))
      const before = readFileSync(databaseFile(data, sandbox))
      expect(await expectStartToFail(data)).toContain('is not a SQLite database')
      expect(readFileSync(databaseFile(data, sandbox)).equals(before)).toBe(true)
    }
  })

  test('a damaged database stops the start and is not changed', async () => {
    const data = await createUsedFolder()
    const bytes = readFileSync(databaseFile(data))
    bytes.fill(0xff, 4096)
    writeFileSync(databaseFile(data), bytes)
    await expectStartToFail(data)
    expect(readFileSync(databaseFile(data)).equals(bytes)).toBe(true)
  })

  test('a database of another program stops the start and is not changed', async () => {
    const data = createTemporaryFolder()
    mkdirSync(join(data, toHex('default')))
    const db = new SQLite(databaseFile(data))
    db.exec('CREATE TABLE admin_api_keys (foreign_column)')
    db.close()
    const before = readFileSync(databaseFile(data))
    expect(await expectStartToFail(data)).toContain('is a database of another program')
    expect(readFileSync(databaseFile(data)).equals(before)).toBe(true)
  })

  test('a start that fails does not migrate the databases of other sandboxes', async () => {
    const data = await createUsedFolder()
    const older = new SQLite(databaseFile(data))
    for (const table of ['sandbox', 'admin_api_keys']) older.exec(`DROP TABLE ${table}`)
    older.pragma('user_version = 0')
    older.pragma('journal_mode = DELETE')
    older.close()
    mkdirSync(join(data, toHex('zz')))
    writeFileSync(databaseFile(data, 'zz'), 'no database '.repeat(100))
    const before = readFileSync(databaseFile(data))
    await expectStartToFail(data)
    expect(readFileSync(databaseFile(data)).equals(before)).toBe(true)
  })

  test('a data directory that cannot be created stops the start', async () => {
    await expectStartToFail(join(createTemporaryFile('a-file', 'text'), 'below'))
    if (process.platform === 'linux') await expectStartToFail('/proc/admin-keys-emulator')
  })

  // Root can write to read-only files, so root starts the program as the user nobody, if that user can read it.
  test.runIf(!isRoot || canReadRepository(nobody))(
    'a read-only data directory stops the start and is not changed',
    async () => {
      const data = await createUsedFolder()
      const files = [data, join(data, toHex('default')), databaseFile(data), join(data, 'lock.sqlite')]
      for (const path of files) chmodSync(path, path.endsWith('.sqlite') ? 0o444 : 0o555)
      const before = readFileSync(databaseFile(data))
      await expectStartToFail(data, isRoot ? nobody : {})
      for (const path of files) chmodSync(path, 0o755)
      expect(readFileSync(databaseFile(data)).equals(before)).toBe(true)
      expect(readdirSync(data).sort()).toEqual([toHex('default'), 'lock.sqlite'].sort())
    },
  )

  test('a data directory that is a file stops the start', async () => {
    await expectStartToFail(createTemporaryFile('a-file', 'text'))
  })

  test('a data directory that another process uses stops the start', async () => {
    const data = createTemporaryFolder()
    const { url } = await serve(['--data', data])
    expect(await expectStartToFail(data)).toContain('is in use by another process')
    expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
  })

  test('a data directory can be used after its process was killed', async () => {
    const data = createTemporaryFolder()
    const { child, finished } = await serve(['--data', data])
    child.kill('SIGKILL')
    await finished
    const { url } = await serve(['--data', data])
    expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
  })

  test('a copy of a data directory in use can be used', async () => {
    const data = await createUsedFolder()
    const copy = createTemporaryFolder()
    const { url } = await serve(['--data', data])
    cpSync(data, copy, { recursive: true })
    const second = await serve(['--data', copy])
    expect(second.url).not.toBe(url)
  })
})
