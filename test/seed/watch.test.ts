import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { startEmulator } from '../../src/library/index.ts'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { type RunningServer, runProgram, serve } from '../support/program.ts'

const authorization = { authorization: `Bearer ${adminKey}` }
const seedOf = (...names: string[]) => `keys: [${names.map((name) => `{ name: ${name} }`).join(', ')}]`

async function keyNames(url: string): Promise<string[]> {
  const { data } = (await (await fetch(`${url}${keysUrl}`, { headers: authorization })).json()) as {
    data: { name: string }[]
  }
  return data.map(({ name }) => name).filter((name) => name !== 'Admin key')
}

const createKey = (url: string, name: string) =>
  fetch(url + keysUrl, {
    method: 'POST',
    headers: { ...authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })

const control = (url: string, method: string, path: string, body?: object) =>
  fetch(`${url}/_emulator${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })

const eventually = { timeout: 15_000, interval: 50 }
const waitForNames = (url: string, names: string[]) =>
  vi.waitFor(async () => expect(await keyNames(url)).toEqual(names), eventually)

/** Starts a server that watches a seed of one key, `first`. */
async function serveWatched(...args: string[]): Promise<RunningServer & { seed: string }> {
  const seed = createTemporaryFile('seed.yaml', seedOf('first'))
  const server = await serve(['--watch', '--log-level', 'info', '--seed', seed, ...args])
  return { ...server, seed }
}

const reloads = ({ output }: RunningServer) => output.stderr.match(/seed reloaded:/g)?.length ?? 0
const waitForLog = ({ output }: RunningServer, text: string | RegExp) =>
  vi.waitFor(() => expect(output.stderr).toMatch(text), eventually)

// Longer than a change takes to be loaded.
const settledMs = 1500

test('a changed seed becomes the starting point of all sandboxes, and resets those created from the seed', async () => {
  const server = await serveWatched()
  const { url, seed } = server
  await createKey(url, 'created')
  await keyNames(`${url}/sandbox/other`)
  await control(url, 'POST', '/sandboxes', { name: 'copy', from: { sandbox: 'default' } })
  await control(url, 'PUT', '/snapshots/before')
  await control(url, 'POST', '/faults', { operation: 'list', kind: 'error', status: 503, skip: 1000 })
  writeFileSync(seed, seedOf('second', 'third'))
  await waitForNames(url, ['second', 'third'])
  expect(await keyNames(`${url}/sandbox/other`)).toEqual(['second', 'third'])
  expect(await keyNames(`${url}/sandbox/later`)).toEqual(['second', 'third'])
  expect(await keyNames(`${url}/sandbox/copy`)).toEqual(['first', 'created'])
  expect(await (await control(url, 'GET', '/faults')).json()).toEqual({ data: [] })
  await createKey(url, 'created again')
  await control(url, 'POST', '/reset')
  expect(await keyNames(url)).toEqual(['second', 'third'])
  await control(url, 'POST', '/snapshots/before/restore')
  expect(await keyNames(url)).toEqual(['first', 'created'])
  expect(server.output.stderr).toContain('"level":30')
  expect(server.output.stderr).toContain('seed reloaded: 2 keys; sandboxes reset: default, other')
})

test.each<[string, (seed: string) => Promise<void> | void]>([
  [
    'a rename of another file to it',
    (seed) => {
      writeFileSync(`${seed}.tmp`, seedOf('second'))
      renameSync(`${seed}.tmp`, seed)
    },
  ],
  [
    'a rename of it to a backup and a new file',
    async (seed) => {
      renameSync(seed, `${seed}~`)
      await sleep(50)
      writeFileSync(seed, seedOf('second'))
    },
  ],
  [
    'its deletion, and a new file later',
    async (seed) => {
      rmSync(seed)
      await sleep(settledMs)
      writeFileSync(seed, seedOf('second'))
    },
  ],
  [
    'writing it in pieces',
    async (seed) => {
      writeFileSync(seed, '')
      for (const piece of ['keys:\n', '  - { name: ', 'second', ' }\n']) {
        await sleep(20)
        appendFileSync(seed, piece)
      }
    },
  ],
  [
    'writing it many times',
    async (seed) => {
      for (let n = 0; n < 20; n++) {
        writeFileSync(seed, seedOf(`draft${n}`))
        await sleep(10)
      }
      writeFileSync(seed, seedOf('second'))
    },
  ],
])(
  'a seed file that is changed by %s is reloaded once',
  async (_how, change) => {
    const server = await serveWatched()
    await change(server.seed)
    await waitForNames(server.url, ['second'])
    await sleep(settledMs)
    expect(reloads(server)).toBe(1)
  },
  30_000,
)

test('a seed that has mistakes or is missing is logged with all mistakes and changes nothing', async () => {
  const server = await serveWatched()
  const { url, seed, output } = server
  await createKey(url, 'created')
  writeFileSync(seed, 'keys:\n  - { naem: a }\n  - { name: 5 }\n')
  await waitForLog(server, /\/keys\/1\/name must be/)
  expect(output.stderr).toContain(
    `seed not reloaded, nothing changed: seed ${seed}, line 2, /keys/0/naem is not a known field of a key; did you mean`,
  )
  rmSync(seed)
  await waitForLog(server, /seed not reloaded, nothing changed: seed .*: the file is gone/)
  await sleep(settledMs)
  expect(output.stderr.match(/the file is gone/g)).toHaveLength(1)
  // As it was loaded: nothing to do.
  writeFileSync(seed, seedOf('first'))
  await sleep(settledMs)
  expect(await keyNames(url)).toEqual(['first', 'created'])
  await keyNames(`${url}/sandbox/other`)
  expect(await keyNames(`${url}/sandbox/other`)).toEqual(['first'])
  expect(reloads(server)).toBe(0)
}, 30_000)

test('a seed file that is only touched resets nothing', async () => {
  const server = await serveWatched()
  await createKey(server.url, 'created')
  utimesSync(server.seed, new Date(), new Date())
  writeFileSync(server.seed, seedOf('first'))
  await sleep(settledMs)
  expect(await keyNames(server.url)).toEqual(['first', 'created'])
})

test('files that are added to the seed folder, changed in it or removed from it are reloaded', async () => {
  const folder = createTemporaryFolder()
  const { url } = await serve([], { EMULATOR_SEED_FOLDER: folder, EMULATOR_WATCH: '1' })
  writeFileSync(join(folder, 'b.yaml'), seedOf('b'))
  writeFileSync(join(folder, 'ignored.txt'), seedOf('ignored'))
  await waitForNames(url, ['b'])
  writeFileSync(join(folder, 'a.json'), '{"keys": [{"name": "a"}]}')
  await waitForNames(url, ['a', 'b'])
  writeFileSync(join(folder, 'b.yaml'), seedOf('c'))
  await waitForNames(url, ['a', 'c'])
  rmSync(join(folder, 'a.json'))
  await waitForNames(url, ['c'])
}, 30_000)

test('a ConfigMap, whose files are links through a folder that is replaced, is reloaded', async () => {
  const folder = createTemporaryFolder()
  const publish = (version: string, text: string) => {
    mkdirSync(join(folder, version))
    writeFileSync(join(folder, version, 'a.yaml'), text)
    symlinkSync(version, join(folder, '..data_tmp'))
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  }
  publish('..v1', seedOf('first'))
  symlinkSync('..data/a.yaml', join(folder, 'a.yaml'))
  const { url } = await serve(['--seed-folder', folder, '--watch'])
  expect(await keyNames(url)).toEqual(['first'])
  publish('..v2', seedOf('second'))
  await waitForNames(url, ['second'])
})

test('a request that waits while the seed is reloaded is aborted', async () => {
  const { url, seed } = await serveWatched()
  await control(url, 'POST', '/faults', { operation: 'create', kind: 'delay', ms: 60_000 })
  const waiting = createKey(url, 'too late').catch((error) => error)
  await sleep(300)
  writeFileSync(seed, seedOf('second'))
  expect(await waiting).toBeInstanceOf(TypeError)
  expect(await keyNames(url)).toEqual(['second'])
})

test('a watching server ends at once with exit code 0', async () => {
  const { child, finished } = await serveWatched()
  await sleep(500)
  const startedAt = performance.now()
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(4000)
})

test('with --data, sandboxes of an earlier run keep their state, and new ones get the reloaded seed', async () => {
  const data = createTemporaryFolder()
  const first = await serveWatched('--data', data)
  writeFileSync(first.seed, seedOf('second'))
  await waitForNames(first.url, ['second'])
  await createKey(first.url, 'created')
  await control(first.url, 'PUT', '/snapshots/kept')
  first.child.kill('SIGTERM')
  await first.finished

  const again = await serve(['--watch', '--log-level', 'info', '--seed', first.seed, '--data', data])
  expect(await keyNames(again.url)).toEqual(['second', 'created'])
  expect(await keyNames(`${again.url}/sandbox/new`)).toEqual(['second'])
  writeFileSync(first.seed, seedOf('third'))
  await waitForNames(`${again.url}/sandbox/new`, ['third'])
  expect(await keyNames(again.url)).toEqual(['second', 'created'])
  await control(again.url, 'POST', '/reset')
  expect(await keyNames(again.url)).toEqual(['second'])
}, 30_000)

test('--watch without a seed file, or with a pipe, stops the start with exit code 2', async () => {
  for (const args of [[], ['--seed', 'paging']]) {
    const { code, stderr } = await runProgram(['--port', '0', '--watch', ...args])
    expect([code, stderr]).toEqual([
      2,
      'admin-keys-emulator: --watch: there is no seed file to watch: add --seed FILE or --seed-folder FOLDER\n',
    ])
  }
  const pipe = join(dirname(createTemporaryFile('x', '')), 'pipe.yaml')
  execFileSync('mkfifo', [pipe])
  const { code, stderr } = await runProgram(['--port', '0', '--watch', '--seed', pipe])
  expect([code, stderr]).toEqual([2, `admin-keys-emulator: --watch: seed ${pipe} is not a regular file\n`])
})

test('an emulator of the library watches its seed files', async () => {
  const seed = createTemporaryFile('seed.yaml', seedOf('first'))
  await using emulator = await startEmulator({ seed, watch: true })
  writeFileSync(seed, seedOf('second'))
  await waitForNames(emulator.url, ['second'])
})
