import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { sandboxFile, sandboxFolder } from '../support/data-directory.ts'
import { expectStartToFail } from '../support/failed-start.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { type Program, serve, startProgram } from '../support/program.ts'

/** Creates a data directory with a key in the sandboxes `default` and `other`, which no server uses any more. */
async function createUsedFolder(): Promise<string> {
  const data = createTemporaryFolder()
  const { app, call } = await startApp({ dataDirectory: data })
  for (const sandbox of ['default', 'other']) {
    expect((await call('POST', `/sandbox/${sandbox}${keysUrl}`, { body: { name: 'kept' } })).status).toBe(200)
  }
  await app.close()
  return data
}

const filesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : [])

describe.each(['default', 'other'])('a folder with only the initial state (%s)', (sandbox) => {
  test('stops the start and is not changed, until the folder is removed', async () => {
    const data = await createUsedFolder()
    const file = sandboxFile(data, 'sandbox.sqlite', sandbox)
    rmSync(file)
    await expectStartToFail(
      data,
      file,
      /sandbox\.sqlite is missing, but its initial state exists: restore it, or remove/,
    )
    rmSync(sandboxFolder(data, sandbox), { recursive: true })
    const { names } = await startControlApp({ dataDirectory: data })
    expect(await names(sandbox)).toEqual(['Admin key'])
  })

  test('stops the start also if an earlier reset was interrupted and the emulator was started since', async () => {
    const data = await createUsedFolder()
    const file = sandboxFile(data, 'sandbox.sqlite', sandbox)
    writeFileSync(`${file}.new`, 'the rest of an interrupted reset')
    const { app } = await startApp({ dataDirectory: data })
    await app.close()
    rmSync(file)
    await expectStartToFail(data, file, /sandbox\.sqlite is missing, but its initial state exists/)
  })
})

test('a folder in which only the initial state remains while no request has used its sandbox is a 503', async () => {
  const data = await createUsedFolder()
  const folder = sandboxFolder(data, 'other')
  const aside = join(createTemporaryFolder(), 'other')
  renameSync(folder, aside)
  const { call } = await startApp({ dataDirectory: data })
  renameSync(aside, folder)
  rmSync(join(folder, 'sandbox.sqlite'))
  expect(await call('GET', `/sandbox/other${keysUrl}`)).toMatchObject({
    status: 503,
    body: { error: { code: 'storage_unavailable', message: expect.stringContaining('is missing') } },
  })
  expect(filesIn(folder)).toEqual(['initial.sqlite'])
})

type Leave = (path: (file: string) => string) => void

/** What a kill can leave of the files `sandbox.sqlite` and `initial.sqlite`. */
const leftovers: [name: string, leave: Leave][] = [
  [
    'a creation that has written a part of the database',
    (path) => {
      renameSync(path('sandbox.sqlite'), path('sandbox.sqlite.new'))
      truncateSync(path('sandbox.sqlite.new'), 5000)
      rmSync(path('initial.sqlite'))
    },
  ],
  [
    'a creation that has written a part of the initial state',
    (path) => {
      renameSync(path('sandbox.sqlite'), path('sandbox.sqlite.new'))
      renameSync(path('initial.sqlite'), path('initial.sqlite.new'))
      truncateSync(path('initial.sqlite.new'), 5000)
    },
  ],
  ['a creation that has written both', (path) => renameSync(path('sandbox.sqlite'), path('sandbox.sqlite.new'))],
  ['a removal that has deleted nothing yet', (path) => renameSync(path('sandbox.sqlite'), path('removed.sqlite'))],
  [
    'a removal that has deleted the initial state',
    (path) => {
      renameSync(path('sandbox.sqlite'), path('removed.sqlite'))
      rmSync(path('initial.sqlite'))
    },
  ],
]

test.each(leftovers)('%s is no sandbox, and does not stop the start', async (_name, leave) => {
  const data = await createUsedFolder()
  for (const sandbox of ['default', 'other']) leave((file) => sandboxFile(data, file, sandbox))
  const { control, names, app } = await startControlApp({ dataDirectory: data })
  expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  expect(existsSync(sandboxFolder(data, 'other'))).toBe(false)
  for (const sandbox of ['default', 'other']) expect(await names(sandbox)).toEqual(['Admin key'])
  await app.close()
  for (const sandbox of ['default', 'other']) {
    expect(filesIn(sandboxFolder(data, sandbox))).toEqual(['initial.sqlite', 'sandbox.sqlite'])
  }
})

test('a removal of a sandbox whose database is gone leaves no folder that stops the start, when it is killed', async () => {
  const data = createTemporaryFolder()
  const { control, call, app } = await startControlApp({ dataDirectory: data })
  await call('GET', `/sandbox/other${keysUrl}`)
  expect((await control('PUT', '/snapshots/s', undefined, 'other')).status).toBe(200)
  rmSync(sandboxFile(data, 'sandbox.sqlite', 'other'))
  // A folder is not deleted: the removal fails in the middle.
  const obstacle = sandboxFile(data, 'sandbox.sqlite.new', 'other')
  mkdirSync(join(obstacle, 'a file'), { recursive: true })
  expect((await control('DELETE', '/sandboxes/other')).status).toBe(503)
  await app.close()
  const second = await startControlApp({ dataDirectory: data })
  expect((await second.control('GET', '/sandboxes')).body.data).toHaveLength(1)
})

/** Resolves once the file exists, as early as possible, or the server has started: a file may exist too briefly to be seen. */
async function waitForFile(path: string, program: Program): Promise<void> {
  while (!existsSync(path) && program.output.stdout === '') await new Promise((resolve) => setImmediate(resolve))
}

test('kill -9 at any step of the first start leaves a folder that starts', async () => {
  for (const file of ['sandbox.sqlite.new', 'initial.sqlite.new', 'initial.sqlite', 'sandbox.sqlite']) {
    for (let round = 0; round < 3; round++) {
      const data = createTemporaryFolder()
      const program = startProgram(['--port', '0', '--data', data])
      await waitForFile(sandboxFile(data, file), program)
      program.child.kill('SIGKILL')
      await program.finished
      const { names, app } = await startControlApp({ dataDirectory: data })
      expect(await names()).toEqual(['Admin key'])
      await app.close()
      expect(filesIn(sandboxFolder(data))).toEqual(['initial.sqlite', 'sandbox.sqlite'])
    }
  }
}, 60_000)

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

async function send(url: string, method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  expect(response.status).toBeLessThan(300)
  await response.arrayBuffer()
}

/** By sandbox: whether it must exist with its key, must not exist, or was in the middle of a change. */
type Expected = Map<string, 'kept' | 'removed' | 'either'>

/** Creates sandboxes with a key, and removes every third, until the server is killed. */
async function changeUntilKilled(url: string, expected: Expected, client: string): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `${client}-${n}`
    expected.set(name, 'either')
    if (n % 2 === 0) await send(url, 'POST', '/_emulator/sandboxes', { name, from: { sandbox: 'default' } })
    await send(url, 'POST', `/sandbox/${name}${keysUrl}`, { name })
    expected.set(name, 'kept')
    if (n % 3 !== 0) continue
    expected.set(name, 'either')
    await send(url, 'DELETE', `/_emulator/sandboxes/${name}`)
    expected.set(name, 'removed')
  }
}

// What fetch throws; anything else is a wrong response.
function ignoreClosedConnection(error: unknown): void {
  if (!(error instanceof TypeError)) throw error
}

test('kill -9 while sandboxes are created and removed loses no acknowledged key, and the folder starts', async () => {
  const data = createTemporaryFolder()
  const expected: Expected = new Map()
  for (let round = 0; round < 8; round++) {
    const { url, child, finished } = await serve(['--data', data])
    const changes = ['a', 'b'].map((client) =>
      changeUntilKilled(url, expected, `${client}${round}`).catch(ignoreClosedConnection),
    )
    await sleep(60 + round * 7.3)
    child.kill('SIGKILL')
    await Promise.all([finished, ...changes])

    const { control, names, app } = await startControlApp({ dataDirectory: data })
    const existing = (await control('GET', '/sandboxes')).body.data.map(({ name }: { name: string }) => name)
    for (const [name, state] of expected) {
      if (state !== 'either') expect([name, existing.includes(name)]).toEqual([name, state === 'kept'])
      if (state === 'kept') expect(await names(name)).toEqual(['Admin key', name])
    }
    await control('DELETE', '/sandboxes')
    await app.close()
    expected.clear()
    expect(readdirSync(data).filter((file) => /^(61|62)/.test(file))).toEqual([])
  }
}, 60_000)
