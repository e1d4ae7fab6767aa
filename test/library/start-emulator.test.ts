import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { type EmulatorOptions, startEmulator } from '../../src/library/index.ts'
import { keysUrl } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { sendRaw } from '../support/raw-http.ts'

async function listNames(baseURL: string, key: string | null): Promise<string[]> {
  const response = await fetch(`${baseURL}${keysUrl.replace('/v1', '')}?limit=100`, {
    headers: { authorization: `Bearer ${key}` },
  })
  expect(response.status).toBe(200)
  return ((await response.json()) as { data: { name: string }[] }).data.map(({ name }) => name)
}

test('an emulator listens on a free port until it is closed', async () => {
  const emulator = await startEmulator()
  expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/)
  expect(emulator.baseURL).toBe(`${emulator.url}/v1`)
  expect(emulator.adminKey).toBe('sk-admin-local')
  expect(await listNames(emulator.baseURL, emulator.adminKey)).toHaveLength(1)
  await Promise.all([emulator.close(), emulator.close()])
  await expect(fetch(`${emulator.url}/health`)).rejects.toThrow('fetch failed')
  await emulator.close()
})

test('`await using` closes the emulator', async () => {
  let url: string
  {
    await using emulator = await startEmulator()
    url = emulator.url
  }
  await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed')
})

test('two emulators in one process share nothing, and neither do two sandboxes of one', async () => {
  await using first = await startEmulator({ adminKey: 'sk-admin-first' })
  await using second = await startEmulator({ seed: 'paging' })
  const headers = { authorization: 'Bearer sk-admin-first', 'content-type': 'application/json' }
  const { status } = await fetch(first.url + keysUrl, { method: 'POST', headers, body: '{"name":"one"}' })
  expect(status).toBe(200)
  expect(await listNames(first.baseURL, first.adminKey)).toContain('one')
  expect(first.sandbox('other')).toMatchObject({ name: 'other', baseURL: `${first.url}/sandbox/other/v1` })
  expect(first.sandbox('default').baseURL).toBe(first.baseURL)
  expect(await listNames(first.sandbox('other').baseURL, first.adminKey)).toHaveLength(1)
  expect(await listNames(second.baseURL, second.adminKey)).toHaveLength(100)
  expect((await fetch(second.url + keysUrl, { headers })).status).toBe(401)
})

test('each option of startEmulator() has its effect', async () => {
  const folder = createTemporaryFolder()
  const seed = createTemporaryFile('a.yaml', 'keys: [{ name: seeded, value: sk-admin-seeded }]')
  const options: EmulatorOptions = { adminKey: null, data: folder, maxSandboxes: 2, sandboxTtl: 60_000, port: 0 }
  await using emulator = await startEmulator({ ...options, seed: [seed], host: '127.0.0.1', allowHost: ['a.example'] })
  expect(emulator.adminKey).toBe(null)
  expect(await listNames(emulator.baseURL, 'sk-admin-seeded')).toEqual(['seeded'])
  expect(await listNames(emulator.sandbox('two').baseURL, 'sk-admin-seeded')).toEqual(['seeded'])
  expect((await fetch(`${emulator.sandbox('three').baseURL}/x`, { method: 'GET' })).status).toBe(404)
  const third = await fetch(`${emulator.url}/sandbox/three${keysUrl}`)
  expect(third.status).toBe(503)
  await expect(startEmulator(options)).rejects.toThrow('data')
})

test('startEmulator() rejects if the port is taken, and releases its data folder', async () => {
  await using emulator = await startEmulator()
  const port = Number(new URL(emulator.url).port)
  const data = createTemporaryFolder()
  await expect(startEmulator({ port, data })).rejects.toMatchObject({ code: 'EADDRINUSE', port })
  await using other = await startEmulator({ data })
  expect((await fetch(`${other.url}/ready`)).status).toBe(200)
})

test('the options seedFolder, allowHost and sandboxTtl have their effect', async () => {
  const seedFolder = dirname(createTemporaryFile('a.yaml', 'keys: [{ name: from the folder }]'))
  await using emulator = await startEmulator({
    seedFolder,
    sandboxTtl: 150,
    maxSandboxes: 2,
    allowHost: 'a.example.com',
  })
  expect(await listNames(emulator.baseURL, emulator.adminKey)).toContain('from the folder')
  const statusOf = async (name: string) =>
    (await fetch(`${emulator.sandbox(name).baseURL}/organization/admin_api_keys`)).status
  expect([await statusOf('one'), await statusOf('two')]).toEqual([401, 503])
  await expect.poll(() => statusOf('two'), { timeout: 5000 }).toBe(401)
  const getDocument = (host: string) => sendRaw(emulator.url, `GET /openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  expect(await getDocument('a.example.com')).toContain('200 OK')
  expect(await getDocument('b.example.com')).toContain('403 Forbidden')
})

test.each([
  [{ port: 70_000 }, 'port: 70000 is invalid. It must be an integer from 0 to 65535.'],
  [{ port: 1.5 }, 'port: 1.5 is invalid.'],
  [{ port: '4010' }, 'port: "4010" is invalid. It must be a number.'],
  [{ maxSandboxes: 0 }, 'maxSandboxes: 0 is invalid.'],
  [{ sandboxTtl: Number.NaN }, 'sandboxTtl: null is invalid.'],
  [{ adminKey: '' }, 'adminKey: [redacted] is invalid.'],
  [{ adminKey: {} }, 'adminKey: [redacted] is invalid. It must be a string.'],
  [{ seed: ['paging', ''] }, 'seed: "" is invalid.'],
  [{ seed: [5] }, 'seed: 5 is invalid. It must be a string.'],
  [{ seed: 'nothing' }, 'seed nothing: is not a built-in seed'],
  [{ data: null }, 'data: null is invalid. It must be a string.'],
  [{ logLevel: 'loud' }, 'logLevel: "loud" is invalid. It must be one of trace'],
  [{ prot: 1 }, "unknown option 'prot'. Available options: host, port"],
  [null, 'the options must be an object, got null'],
  [5, 'the options must be an object, got 5'],
])('startEmulator(%j) rejects with the option, the rule and the value', async (options, message) => {
  await expect(startEmulator(options as EmulatorOptions)).rejects.toThrow(message)
})

test('sandbox() throws for an invalid name', async () => {
  await using emulator = await startEmulator()
  for (const name of ['', '../x', 'a b', 'x'.repeat(65)]) {
    expect(() => emulator.sandbox(name)).toThrow(`sandbox: '${name}' is invalid. It must be`)
  }
})
