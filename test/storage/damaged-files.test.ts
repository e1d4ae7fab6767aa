import { spawnSync } from 'node:child_process'
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { keysUrl, startApp } from '../support/app.ts'
import { damages } from '../support/damage.ts'
import { sandboxFile, sandboxFolder, snapshotFile } from '../support/data-directory.ts'
import { expectStartToFail } from '../support/failed-start.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'

/** Creates a data directory with a key in the default sandbox, which no server uses any more. */
async function createUsedFolder(): Promise<string> {
  const data = createTemporaryFolder()
  const { app, create } = await startApp({ dataDirectory: data })
  await create({ name: 'kept' })
  await app.close()
  return data
}

describe('the database of a sandbox at the start', () => {
  test.each(damages)('one that is $name stops the start and is not changed', async ({ damage, message }) => {
    const data = await createUsedFolder()
    damage(sandboxFile(data))
    await expectStartToFail(data, sandboxFile(data), message)
  })

  test('one that is truncated beside its WAL stops the start and is not changed', async () => {
    const data = createTemporaryFolder()
    const { url, child, finished } = await serve(['--data', data])
    const keys = Array.from({ length: 100 }, (_, n) => ({ name: `key ${n}` }))
    const load = (method: string) =>
      fetch(`${url}/_emulator/state`, {
        method,
        body: JSON.stringify({ keys }),
        headers: { 'content-type': 'application/json' },
      })
    expect((await load('PUT')).status).toBe(200)
    await fetch(url + keysUrl, {
      method: 'POST',
      body: '{"name":"in the WAL"}',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-admin-local' },
    })
    child.kill('SIGKILL')
    await finished
    expect(lstatSync(`${sandboxFile(data)}-wal`).size).toBeGreaterThan(0)
    for (const size of [8192, 0]) {
      const copy = createTemporaryFolder()
      cpSync(data, copy, { recursive: true })
      truncateSync(sandboxFile(copy), size)
      await expectStartToFail(copy, sandboxFile(copy), size === 0 ? /is empty/ : /is a damaged SQLite database/)
    }
  })

  test.each(['sandbox.sqlite', 'sandbox.sqlite-wal', 'sandbox.sqlite-journal', '../lock.sqlite'])(
    'a FIFO or a symbolic link in place of %s stops the start at once',
    async (file) => {
      const data = await createUsedFolder()
      const path = join(sandboxFolder(data), file)
      rmSync(path, { force: true })
      expect(spawnSync('mkfifo', [path]).status).toBe(0)
      await expectStartToFail(data, path, /is not a regular file/)
      rmSync(path)
      symlinkSync(join(createTemporaryFolder(), 'target'), path)
      await expectStartToFail(data, path, /is a symbolic link, which is not followed/)
    },
  )

  test('a symbolic link in place of the folder of a sandbox stops the start', async () => {
    const data = await createUsedFolder()
    const target = join(createTemporaryFolder(), 'moved')
    renameSync(sandboxFolder(data), target)
    symlinkSync(target, sandboxFolder(data))
    await expectStartToFail(data, sandboxFolder(data), /is a symbolic link, which is not followed/)
  })

  test.each(['default', 'other'])(
    'one that is missing beside its WAL, a snapshot or the initial state stops the start (%s)',
    async (name) => {
      const data = createTemporaryFolder()
      const { url, child, finished } = await serve(['--data', data])
      const created = await fetch(`${url}/sandbox/${name}${keysUrl}`, {
        method: 'POST',
        body: '{"name":"in the WAL"}',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-admin-local' },
      })
      expect(created.status).toBe(200)
      expect((await fetch(`${url}/sandbox/${name}/_emulator/snapshots/s`, { method: 'PUT' })).status).toBe(200)
      child.kill('SIGKILL')
      await finished
      const file = sandboxFile(data, 'sandbox.sqlite', name)
      rmSync(file)
      await expectStartToFail(
        data,
        file,
        /sandbox\.sqlite is missing, but its WAL exists: restore it, or remove the folder/,
      )
      truncateSync(`${file}-wal`)
      await expectStartToFail(data, file, /is missing, but its snapshot 's' exists/)
      rmSync(sandboxFile(data, `snapshot-${Buffer.from('s').toString('hex')}.sqlite`, name))
      await expectStartToFail(data, file, /is missing, but its initial state exists/)
      rmSync(sandboxFile(data, 'initial.sqlite', name))
      expect((await serve(['--data', data])).url).toMatch(/^http/)
    },
  )

  test('one that disappears while no request has used its sandbox is a 503, and its other files stay', async () => {
    const data = createTemporaryFolder()
    const { call } = await startApp({ dataDirectory: data })
    mkdirSync(sandboxFolder(data, 'other'))
    const snapshot = sandboxFile(data, 'snapshot-73.sqlite', 'other')
    writeFileSync(snapshot, 'a snapshot')
    expect(await call('GET', `/sandbox/other${keysUrl}`)).toMatchObject({
      status: 503,
      body: { error: { code: 'storage_unavailable', message: expect.stringContaining('is missing') } },
    })
    expect(readFileSync(snapshot, 'utf8')).toBe('a snapshot')
  })

  test('a file or a FIFO in place of the folder of a sandbox stops the start', async () => {
    const data = await createUsedFolder()
    for (const name of ['default', 'other']) {
      const folder = sandboxFolder(data, name)
      rmSync(folder, { recursive: true, force: true })
      writeFileSync(folder, 'a file')
      await expectStartToFail(data, folder, /is not a folder/)
      rmSync(folder)
      expect(spawnSync('mkfifo', [folder]).status).toBe(0)
      await expectStartToFail(data, folder, /is not a folder/)
      rmSync(folder)
    }
  })

  test('a file of the user that is named like a snapshot is no snapshot', async () => {
    const data = await createUsedFolder()
    writeFileSync(sandboxFile(data, 'snapshot-2e2e2f.sqlite'), 'a file')
    const { call } = await startApp({ dataDirectory: data })
    expect(await call('GET', '/_emulator/snapshots')).toMatchObject({ status: 200, body: { data: [] } })
  })

  test('a FIFO or a link in place of the temporary file of a snapshot is neither followed nor waited for', async () => {
    const data = createTemporaryFolder()
    const { call } = await startApp({ dataDirectory: data })
    const temporary = `${snapshotFile(data, 's')}.new`
    const target = join(createTemporaryFolder(), 'target')
    for (const make of [() => spawnSync('mkfifo', [temporary]), () => symlinkSync(target, temporary)]) {
      make()
      expect((await call('PUT', '/_emulator/snapshots/s')).status).toBe(200)
      expect(lstatSync(snapshotFile(data, 's')).isFile()).toBe(true)
    }
    expect(lstatSync(target, { throwIfNoEntry: false })).toBeUndefined()
  })

  test('a damaged snapshot or initial state does not stop the start', async () => {
    const data = await createUsedFolder()
    truncateSync(sandboxFile(data, 'initial.sqlite'), 0)
    mkdirSync(snapshotFile(data, 's'))
    const { call } = await startApp({ dataDirectory: data })
    expect((await call('GET', keysUrl)).body.data).toHaveLength(2)
    expect((await call('GET', '/_emulator/snapshots')).body.data).toEqual([{ name: 's', damaged: true }])
  })
})
