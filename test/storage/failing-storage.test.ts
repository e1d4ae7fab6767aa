import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { sandboxFile, sandboxFolder } from '../support/data-directory.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

/** Sends a request to a running program and returns the status and the parsed body. */
async function send(url: string, method: string, path: string, body?: object) {
  const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  // biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
  return { status: response.status, body: (await response.json()) as any }
}

/** Returns the names of all keys of the default sandbox. */
const namesAt = async (url: string): Promise<string[]> =>
  (await send(url, 'GET', '/_emulator/state')).body.keys.map(({ name }: { name: string }) => name)

const temporaryFilesIn = (data: string) =>
  readdirSync(data, { recursive: true }).filter((file) => String(file).endsWith('.new'))

const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

/** Creates an empty disk of the given size, as a folder. */
function createSmallDisk(size: string): string {
  const folder = createTemporaryFolder()
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]).status).toBe(0)
  onTestFinished(() => void spawnSync('umount', ['--lazy', folder]))
  return folder
}

describe.runIf(canMount)('a full disk', () => {
  test('a full disk is named in a 503, loses no acknowledged key and leaves no temporary file', async () => {
    for (const free of [0, 8, 20, 40, 80]) {
      const data = createSmallDisk('2m')
      const { url, child, finished } = await serve(['--data', data])
      expect((await send(url, 'PUT', '/_emulator/snapshots/s')).status).toBe(200)
      const created: string[] = ['Admin key']
      for (let n = 0; n < 20; n++) {
        expect((await send(url, 'POST', keysUrl, { name: `key ${n}` })).status).toBe(200)
        created.push(`key ${n}`)
      }
      fillDisk(data, free * 1024)
      const changes = [
        () => send(url, 'POST', '/_emulator/reset'),
        () => send(url, 'POST', '/_emulator/snapshots/s/restore'),
        () => send(url, 'PUT', '/_emulator/state', { keys: [] }),
      ]
      let expected = created
      for (const change of changes) {
        const { status, body } = await change()
        if (status === 200) expected = ['Admin key']
        else expectFullDisk({ status, body })
        expect(await namesAt(url)).toEqual(expected)
      }
      const snapshot = await send(url, 'PUT', '/_emulator/snapshots/t')
      if (snapshot.status !== 200) expectFullDisk(snapshot)
      expect(temporaryFilesIn(data)).toEqual([])
      child.kill('SIGKILL')
      await finished
      rmSync(join(data, 'filler'))
      const second = await serve(['--data', data])
      expect(await namesAt(second.url)).toEqual(expected)
    }
  })

  test('a create on a full disk gets a 503 that names the disk, and the server keeps running', async () => {
    const data = createSmallDisk('2m')
    const { url } = await serve(['--data', data])
    fillDisk(data, 0)
    let response = await send(url, 'POST', keysUrl, { name: 'k' })
    for (let n = 0; n < 100 && response.status === 200; n++) response = await send(url, 'POST', keysUrl, { name: 'k' })
    expectFullDisk(response)
    expect((await send(url, 'POST', '/_emulator/sandboxes', { name: 'more' })).status).toBe(503)
    expect(existsSync(sandboxFolder(data, 'more'))).toBe(false)
    rmSync(join(data, 'filler'))
    expect((await send(url, 'POST', keysUrl, { name: 'k' })).status).toBe(200)
  })

  test('a write that a full disk refuses leaves no project, account or key without its event', async () => {
    const projects = '/v1/organization/projects'
    const text = 'x'
    const seed = createTemporaryFile(
      'seed.yaml',
      `clock: { frozen: true }\nprojects: [{ id: proj_a, name: a, service_accounts: [{ id: sa_a, name: a, api_keys: [{ id: key_a }] }] }]`,
    )
    const accounts = `${projects}/proj_a/service_accounts`
    const writes: [path: string, body: object][] = [
      [projects, { name: text }],
      [accounts, { name: text }],
      [`${accounts}/sa_a/api_keys`, { name: text, scopes: [text] }],
      [`${projects}/proj_a`, { name: text }],
      [`${accounts}/sa_a`, { name: text, role: 'owner' }],
      [`${projects}/proj_a/api_keys/key_a`, { scopes: [text], expires_in_seconds: 60 }],
      [keysUrl, { name: text }],
    ]
    const data = createSmallDisk('2m')
    const { url, child, finished } = await serve(['--data', data, '--seed', seed])
    const readState = async () => withoutLastUsed((await send(url, 'GET', '/_emulator/state')).body)
    let before = await readState()
    let written = 0
    // A bit more space each time, so that a write fails at each of its steps.
    for (let round = 0; round < 7 * writes.length; round++) {
      const [path, body] = writes[round % writes.length] ?? [keysUrl, {}]
      rmSync(join(data, 'filler'), { force: true })
      fillDisk(data, round % 2 === 0 ? 4096 : 8192)
      for (;;) {
        const response = await send(url, 'POST', path, body)
        const after = await readState()
        if (response.status !== 200) {
          expectFullDisk(response)
          expect(after, path).toEqual(before)
          break
        }
        before = after
        written++
        expect(before.audit_logs).toHaveLength(written)
      }
    }
    expect(written).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await finished
    rmSync(join(data, 'filler'))
    const second = await serve(['--data', data])
    expect(withoutLastUsed((await send(second.url, 'GET', '/_emulator/state')).body)).toEqual(before)
  })
})

/** Returns an exported state without the times at which keys were used. */
const withoutLastUsed = (state: { audit_logs: unknown[] }) =>
  JSON.parse(JSON.stringify(state, (field, value) => (field === 'last_used_at' ? undefined : value)))

function expectFullDisk(response: { status: number; body: unknown }): void {
  expect(response).toMatchObject({
    status: 503,
    body: { error: { code: 'storage_unavailable', message: expect.stringContaining('the disk is full') } },
  })
}

/** Fills a disk but for some bytes. */
function fillDisk(folder: string, free: number): void {
  const path = join(folder, 'filler')
  spawnSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=1k'])
  const size = Number(spawnSync('stat', ['-c', '%s', path]).stdout)
  spawnSync('truncate', ['-s', String(Math.max(0, size - free)), path])
}

test('a sandbox that cannot be opened for want of file descriptors says so and leaves nothing', async () => {
  const data = createTemporaryFolder()
  const { url, child, finished } = await serve(['--data', data])
  expect(spawnSync('prlimit', ['--pid', String(child.pid), '--nofile=60:60']).status).toBe(0)
  const created = []
  let response = await send(url, 'GET', keysUrl)
  for (let n = 0; n < 60 && response.status === 200; n++) {
    response = await send(url, 'GET', `/sandbox/s${n}${keysUrl}`)
    if (response.status === 200) created.push(`s${n}`)
  }
  expect(response).toMatchObject({
    status: 503,
    body: { error: { message: expect.stringMatching(/too many open files; the limit is 60/) } },
  })
  expect((await send(url, 'POST', keysUrl, { name: 'still works' })).status).toBe(200)
  child.kill('SIGKILL')
  await finished
  const second = await serve(['--data', data])
  const { data: sandboxes } = (await send(second.url, 'GET', '/_emulator/sandboxes')).body
  expect(sandboxes.map(({ name }: { name: string }) => name).sort()).toEqual(['default', ...created].sort())
})

test('after its folder was deleted, a sandbox refuses every request until it is removed', async () => {
  const dataDirectory = createTemporaryFolder()
  const { call, control } = await startControlApp({ dataDirectory })
  const inSandbox = `/sandbox/gone${keysUrl}`
  expect((await call('POST', inSandbox, { body: { name: 'a' } })).status).toBe(200)
  rmSync(sandboxFolder(dataDirectory, 'gone'), { recursive: true })
  const expected = {
    status: 503,
    body: {
      error: { type: 'emulator_error', code: 'storage_unavailable', message: expect.stringContaining('was removed') },
    },
  }
  expect(await call('POST', inSandbox, { body: { name: 'b' } })).toMatchObject(expected)
  for (const [method, path] of [
    ['POST', '/reset'],
    ['PUT', '/snapshots/s'],
    ['PUT', '/state'],
    ['GET', '/snapshots'],
  ] as const) {
    expect(await control(method, path, path === '/state' ? {} : undefined, 'gone'), path).toMatchObject(expected)
  }
  expect((await control('GET', '/sandboxes')).status).toBe(200)
  expect((await call('GET', keysUrl)).status).toBe(200)
  expect((await control('DELETE', '/sandboxes/gone')).status).toBe(200)
  expect((await control('DELETE', '/sandboxes/gone')).status).toBe(404)
  expect((await call('GET', inSandbox)).body.data).toHaveLength(1)
})

test('a removal that fails is reported each time until it succeeds, and the sandbox is not used before', async () => {
  const dataDirectory = createTemporaryFolder()
  const { call, control } = await startControlApp({ dataDirectory })
  await call('GET', `/sandbox/stuck${keysUrl}`)
  const obstacle = `${sandboxFile(dataDirectory, 'sandbox.sqlite', 'stuck')}-journal`
  mkdirSync(join(obstacle, 'a file'), { recursive: true })
  for (let n = 0; n < 2; n++) {
    expect(await control('DELETE', '/sandboxes/stuck')).toMatchObject({
      status: 503,
      body: { error: { code: 'storage_unavailable' } },
    })
  }
  expect((await call('GET', `/sandbox/stuck${keysUrl}`)).status).toBe(503)
  expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  rmSync(obstacle, { recursive: true })
  expect((await control('DELETE', '/sandboxes/stuck')).status).toBe(200)
  expect(existsSync(sandboxFolder(dataDirectory, 'stuck'))).toBe(false)
})
