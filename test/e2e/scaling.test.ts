import { connect } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningNginx, startNginx } from '../../bench/nginx.ts'
import { emulatorSpec, type Server, startServer } from '../../bench/servers.ts'
import { removeTemporaryFiles } from '../../bench/temporary.ts'

const names = Array.from({ length: 200 }, (_, n) => `test-${n}`)

let emulators: Server[] = []
let proxy: RunningNginx
beforeAll(async () => {
  emulators = await Promise.all([startServer(emulatorSpec()), startServer(emulatorSpec())])
  proxy = await startNginx(emulators.map(({ port }) => port))
})
afterAll(async () => {
  await Promise.all([...emulators, proxy].map((running) => running?.stop()))
  removeTemporaryFiles()
})

const at = (sandbox: string) => `http://127.0.0.1:${proxy.port}/sandbox/${sandbox}`
const client = (sandbox: string, options = {}) =>
  new OpenAI({ baseURL: `${at(sandbox)}/v1`, adminAPIKey: 'sk-admin-local', ...options }).admin.organization
    .adminAPIKeys
const bodyOf = async <Body = { data: { name: string }[] }>(response: Promise<Response>) =>
  (await (await response).json()) as Body
const control = (sandbox: string, path: string, init?: RequestInit) => fetch(`${at(sandbox)}/_emulator${path}`, init)
const arm = (sandbox: string, fault: object) =>
  control(sandbox, '/faults', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  })

async function sandboxesOf({ port }: Server): Promise<string[]> {
  const { data } = await bodyOf(fetch(`http://127.0.0.1:${port}/_emulator/sandboxes`))
  return data.map(({ name }) => name).filter((name) => name !== 'default')
}

test('200 parallel sandboxes are spread over two emulators, each complete on one', async () => {
  await Promise.all(
    names.map(async (name) => {
      const keys = client(name)
      const created = await keys.create({ name })
      expect((await keys.retrieve(created.id)).name).toBe(name)
      const listed = []
      for await (const key of keys.list({ limit: 1 })) listed.push(key.name)
      expect(listed).toEqual(['Admin key', name])
      expect((await keys.delete(created.id)).deleted).toBe(true)
    }),
  )
  const [first = [], second = []] = await Promise.all(emulators.map(sandboxesOf))
  expect([...first, ...second].sort()).toEqual([...names].sort())
  // Hashing leaves neither with fewer than a quarter.
  expect(Math.min(first.length, second.length)).toBeGreaterThan(names.length / 4)
})

test('an escaped sandbox name reaches the same sandbox, and so do its controls', async () => {
  await client('escaped').create({ name: 'a key' })
  const url = `http://127.0.0.1:${proxy.port}/sandbox/%65scaped/v1/organization/admin_api_keys`
  const { data } = await bodyOf(fetch(url, { headers: { authorization: 'Bearer sk-admin-local' } }))
  expect(data.map(({ name }) => name)).toEqual(['Admin key', 'a key'])
  expect((await control('escaped', '/reset', { method: 'POST' })).status).toBe(200)
  expect((await client('escaped').list()).data).toHaveLength(1)
  const removed = `http://127.0.0.1:${proxy.port}/_emulator/sandboxes/escaped`
  expect((await fetch(removed, { method: 'DELETE' })).status).toBe(200)
})

test.each(['connection_reset', 'empty_response'])(
  'the fault %s ends the connection, and the proxy does not retry the request',
  async (kind) => {
    const sandbox = `fault-${kind}`
    await arm(sandbox, { operation: 'admin-api-keys-list', kind })
    await expect(client(sandbox, { maxRetries: 0 }).list()).rejects.toThrow(OpenAI.APIConnectionError)
    const { count } = await bodyOf<{ count: number }>(control(sandbox, '/journal'))
    expect(count).toBe(1)
  },
)

test('a truncated response fails for the client behind the proxy', async () => {
  await arm('truncated', { operation: 'admin-api-keys-list', kind: 'truncated_body' })
  const headers = { authorization: 'Bearer sk-admin-local' }
  const response = await fetch(`${at('truncated')}/v1/organization/admin_api_keys`, { headers })
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow('terminated')
})

test('a state exported from one emulator can be imported on the other', async () => {
  await client('origin').create({ name: 'moved' })
  const state = await (await control('origin', '/state')).text()
  const headers = { 'content-type': 'application/json' }
  const names = await Promise.all(
    ['copy-1', 'copy-2', 'copy-3', 'copy-4'].map(async (copy) => {
      expect((await control(copy, '/state', { method: 'PUT', headers, body: state })).status).toBe(200)
      return (await client(copy).list()).data.map(({ name }) => name)
    }),
  )
  expect(new Set(names.flat())).toEqual(new Set(['Admin key', 'moved']))
})

test('the journal stream passes through the proxy without delay', async () => {
  const socket = connect(proxy.port, '127.0.0.1')
  socket.setEncoding('utf8').write('GET /sandbox/live/_emulator/journal/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let received = ''
  socket.on('data', (text: string) => {
    received += text
  })
  await expect.poll(() => received).toContain(': journal')
  await client('live').list()
  await expect.poll(() => received).toContain('"operation":"admin-api-keys-list"')
  socket.destroy()
})
