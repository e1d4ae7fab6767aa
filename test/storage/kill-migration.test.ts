import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { editDatabase, sandboxFile } from '../support/data-directory.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { type Program, serve, startProgram, waitForServerUrl } from '../support/program.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

// Writes a megabyte for each sandbox, so that a kill can hit it.
const nextMigration = `
  ALTER TABLE admin_api_keys ADD COLUMN note TEXT NOT NULL DEFAULT '';
  UPDATE admin_api_keys SET note = hex(randomblob(1000));
  CREATE INDEX admin_api_keys_note ON admin_api_keys (note);
`

/** Returns the path of the built program in a package that has one more migration. */
function createNextRelease(): string {
  const folder = createTemporaryFolder()
  for (const part of ['bin', 'dist', 'fixtures', 'migrations', 'package.json']) {
    cpSync(join(repository, part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'migrations', '0003_next.sql'), nextMigration)
  return join(folder, 'bin', 'admin-keys-emulator.cjs')
}

const sandboxes = ['default', 'one', 'two']
const root = (sandbox: string) => `/sandbox/${sandbox}`

async function send(url: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  expect([path, response.status]).toEqual([path, 200])
  // biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
  return (await response.json()) as any
}

/** Returns a folder of three sandboxes with a snapshot each, two of which have damaged images. */
async function createData(): Promise<{ data: string; exported: unknown[] }> {
  const data = createTemporaryFolder()
  const { url, child, finished } = await serve(['--data', data])
  for (const sandbox of sandboxes) {
    await send(url, 'PUT', `${root(sandbox)}/_emulator/state`, { keys: [{ generate: 500, name: 'key {n}' }] })
    await send(url, 'PUT', `${root(sandbox)}/_emulator/snapshots/s`)
    await send(url, 'POST', root(sandbox) + keysUrl, { name: 'created last' })
  }
  const exported = await exportAll(url)
  child.kill('SIGKILL')
  await finished
  writeFileSync(sandboxFile(data, 'initial.sqlite', 'one'), 'damaged')
  writeFileSync(sandboxFile(data, 'snapshot-73.sqlite', 'two'), 'damaged')
  return { data, exported }
}

/** Returns the keys of each sandbox. */
async function exportAll(url: string): Promise<unknown[]> {
  const states = []
  for (const sandbox of sandboxes) {
    const { keys } = await send(url, 'GET', `${root(sandbox)}/_emulator/state`)
    // The admin key, which authenticated the requests of this test.
    states.push(keys.filter(({ name }: { name: string }) => name !== 'Admin key'))
  }
  return states
}

test('kill -9 during a migration beside damaged images loses nothing', async () => {
  const { data, exported } = await createData()
  const program = createNextRelease()
  const start = (folder: string): Program =>
    startProgram(['--port', '0', '--log-level', 'warn', '--data', folder], {}, { file: program })
  const copyData = () => {
    const copy = createTemporaryFolder()
    cpSync(data, copy, { recursive: true })
    return copy
  }
  const startedAt = performance.now()
  const complete = start(copyData())
  await waitForServerUrl(complete)
  const startMs = performance.now() - startedAt
  complete.child.kill('SIGKILL')
  await complete.finished
  const rounds = 5
  for (let round = 0; round < rounds; round++) {
    const copy = copyData()
    const killed = start(copy)
    // Most of the start comes before the migration.
    await new Promise((resolve) => setTimeout(resolve, startMs * (0.4 + (0.6 * round) / rounds)))
    killed.child.kill('SIGKILL')
    await killed.finished

    const second = start(copy)
    const url = await waitForServerUrl(second)
    expect(await exportAll(url)).toEqual(exported)
    await send(url, 'POST', '/_emulator/snapshots/s/restore')
    const [restored] = (await exportAll(url)) as object[][]
    expect(restored).toEqual((exported as object[][])[0]?.slice(0, -1))
    second.child.kill('SIGKILL')
    await second.finished
    for (const sandbox of sandboxes) {
      editDatabase(sandboxFile(copy, 'sandbox.sqlite', sandbox), (db) =>
        expect(db.pragma('user_version', { simple: true })).toBe(3),
      )
    }
  }
}, 120_000)
