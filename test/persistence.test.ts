import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import SQLite from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from './support/app.ts'
import { temporaryFile, temporaryFolder } from './support/files.ts'
import { runProgram, serve } from './support/program.ts'

const auth = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
const inHex = (name: string) => Buffer.from(name).toString('hex')

/** A folder in which a server has kept sandboxes and has been stopped. */
async function usedFolder(): Promise<string> {
  const data = temporaryFolder()
  const { app } = await startApp({ dataDirectory: data })
  await app.close()
  return data
}

const fileOf = (data: string, sandbox = 'default') => join(data, inHex(sandbox), 'sandbox.sqlite')

test('sandboxes are as they were after a restart: keys, cursors, organization, behaviours, clock', async () => {
  const data = temporaryFolder()
  const seed = temporaryFile(
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
  const data = temporaryFolder()
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
  const data = temporaryFolder()
  const seed = temporaryFile('seed.yaml', 'keys: [{ generate: 200000, name: "k{n}" }]')
  const program = serve(['--data', data, '--seed', seed]).catch(() => undefined)
  // As soon as its file is there it is being seeded.
  await expect.poll(() => readdirSync(data).includes(inHex('default')), { interval: 5, timeout: 10_000 }).toBe(true)
  const { execFileSync } = await import('node:child_process')
  execFileSync('pkill', ['-9', '-f', data])
  await program

  const { call } = await startApp({ dataDirectory: data, seed: ['paging'] })
  const { body } = await call('GET', `${keysUrl}?limit=100&order=desc`)
  expect(body.data[0].name).toBe('load-250')
})

test('no value is in any file, only its SHA-256', async () => {
  const data = temporaryFolder()
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
  const data = temporaryFolder()
  const first = await startApp({ dataDirectory: data })
  await first.call('DELETE', `${keysUrl}/${(await first.call('GET', keysUrl)).body.first_id}`)
  await first.app.close()
  const second = await startApp({ dataDirectory: data })
  expect((await second.call('GET', keysUrl)).status).toBe(401)
})

test('names that differ in case, or look like files of others, are kept apart', async () => {
  const data = temporaryFolder()
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
  const data = temporaryFolder()
  const { call } = await startApp({ dataDirectory: data, sandboxTtl: 50 })
  await call('GET', `/sandbox/idle${keysUrl}`)
  expect(readdirSync(data)).toContain(inHex('idle'))
  await expect.poll(() => readdirSync(data)).not.toContain(inHex('idle'))
  expect(readdirSync(data)).toContain(inHex('default'))
})

test('an older file is migrated when it is opened', async () => {
  const data = temporaryFolder()
  mkdirSync(join(data, inHex('default')))
  const db = new SQLite(fileOf(data))
  db.exec(readFileSync(new URL('../migrations/0001_admin_api_keys.sql', import.meta.url), 'utf8'))
  db.pragma('user_version = 1')
  db.close()
  const { call } = await startApp({ dataDirectory: data })
  expect((await call('GET', keysUrl)).status).toBe(200)
})

test('a page is one range of an index: no sorting, no temporary table', async () => {
  const data = await usedFolder()
  const db = new SQLite(fileOf(data))
  for (const [compare, direction] of [
    ['>', ''],
    ['<', 'DESC'],
  ]) {
    const plan = db
      .prepare<[], { detail: string }>(
        `EXPLAIN QUERY PLAN SELECT * FROM admin_api_keys WHERE deleted = 0 AND (created_at, seq) ${compare} (1, 1)
         ORDER BY created_at ${direction}, seq ${direction} LIMIT 21`,
      )
      .all()
    expect(plan).toHaveLength(1)
    expect(plan[0]?.detail).toMatch(
      /SEARCH admin_api_keys USING INDEX admin_api_keys_in_order \(\(created_at,seq\)[<>]\(\?,\?\)\)$/,
    )
  }
  db.close()
})

describe('a folder that cannot be used stops the start with exit code 2', () => {
  async function refused(data: string): Promise<string> {
    const { code, stdout, stderr } = await runProgram(['--port', '0', '--data', data])
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
    expect(await refused(data)).toContain('is of version 999; this program knows versions up to 2')
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

  test('a folder that cannot be written', async () => {
    // One that refuses even root.
    await refused('/sys/admin-keys-emulator')
  })

  test('a path on which a file stands', async () => {
    await refused(temporaryFile('a-file', 'text'))
  })

  test('a folder that another process uses', async () => {
    const data = temporaryFolder()
    const { url } = await serve(['--data', data])
    expect(await refused(data)).toContain('is used by another process')
    expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
  })

  test('but one that a killed process used is free', async () => {
    const data = temporaryFolder()
    const { child, finished } = await serve(['--data', data])
    child.kill('SIGKILL')
    await finished
    const { url } = await serve(['--data', data])
    expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
  })

  test('and a copy of a folder in use can be used', async () => {
    const data = await usedFolder()
    const copy = temporaryFolder()
    const { url } = await serve(['--data', data])
    cpSync(data, copy, { recursive: true })
    const other = await serve(['--data', copy])
    expect(other.url).not.toBe(url)
  })
})
