import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startControlApp } from '../support/control-app.ts'
import { damages } from '../support/damage.ts'
import { sandboxFile, snapshotFile } from '../support/data-directory.ts'
import { createTemporaryFolder } from '../support/files.ts'

/** Starts a server with the keys `kept` and `later`, and a snapshot `s` with `kept` alone. */
async function startWithSnapshot() {
  const dataDirectory = createTemporaryFolder()
  const app = await startControlApp({ dataDirectory })
  await app.create({ name: 'kept' })
  for (const name of ['s', 'good']) await app.control('PUT', `/snapshots/${name}`)
  await app.create({ name: 'later' })
  return { ...app, dataDirectory }
}

const keptNames = ['Admin key', 'kept', 'later']

const irregular = [
  { name: 'a FIFO', message: /is not a regular file/, damage: makeFifo },
  { name: 'a symbolic link', message: /is a symbolic link/, damage: makeLink },
  { name: 'a folder', message: /is not a regular file/, damage: makeFolder },
]

function makeFifo(path: string): void {
  rmSync(path)
  expect(spawnSync('mkfifo', [path]).status).toBe(0)
}

function makeLink(path: string): void {
  renameSync(path, `${path}.target`)
  symlinkSync(`${path}.target`, path)
}

function makeFolder(path: string): void {
  rmSync(path)
  mkdirSync(path)
}

describe.each([...damages, ...irregular])('an image that is $name', ({ damage, message }) => {
  test('is refused by a restore and by a copy, is marked in the list, and can be deleted', async () => {
    const { control, names, create, app, dataDirectory } = await startWithSnapshot()
    damage(snapshotFile(dataDirectory, 's'))
    const expected = {
      status: 409,
      body: { error: { code: 'snapshot_damaged', message: expect.stringMatching(message) } },
    }
    expect(await control('POST', '/snapshots/s/restore')).toMatchObject(expected)
    expect(await control('POST', '/sandboxes', { from: { sandbox: 'default', snapshot: 's' } })).toMatchObject(expected)
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
    const list = await control('GET', '/snapshots')
    expect(list.body.data).toEqual([
      { name: 'good', created_at: expect.any(Number), keys: 2 },
      { name: 's', damaged: true },
    ])
    expect(await names()).toEqual(keptNames)
    await create({ name: 'after' })
    await app.close()
    const second = await startControlApp({ dataDirectory })
    expect(await second.names()).toEqual([...keptNames, 'after'])
    const path = snapshotFile(dataDirectory, 's')
    // A folder may hold files of the user.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    expect((await second.control('DELETE', '/snapshots/s')).status).toBe(200)
    expect((await second.control('GET', '/snapshots')).body.data).toHaveLength(1)
  })

  test('is refused by every reset that needs it', async () => {
    const { control, names, app, dataDirectory } = await startWithSnapshot()
    damage(sandboxFile(dataDirectory, 'initial.sqlite'))
    for (const body of [
      undefined,
      { only: ['keys'] },
      { only: ['random'] },
      { only: ['behavior'] },
      { only: ['clock'] },
    ]) {
      expect(await control('POST', '/reset', body)).toMatchObject({
        status: 409,
        body: { error: { code: 'initial_state_damaged', message: expect.stringMatching(message) } },
      })
    }
    expect((await control('POST', '/reset', { only: ['journal', 'faults'] })).status).toBe(200)
    expect(await names()).toEqual(keptNames)
    await app.close()
    const second = await startControlApp({ dataDirectory })
    expect(await second.names()).toEqual(keptNames)
    expect((await second.control('PUT', '/snapshots/s')).status).toBe(200)
  })
})
