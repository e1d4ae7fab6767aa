import { connect } from 'node:net'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningNginx, startNginx } from '../../bench/nginx.ts'
import { emulatorSpec, type Server, startServer } from '../../bench/servers.ts'
import { removeTemporaryFiles } from '../../bench/temporary.ts'

const names = Array.from({ length: 200 }, (_, n) => `test-${n}`)

let emulators: Server[] = []
let front: RunningNginx
beforeAll(async () => {
  emulators = await Promise.all([startServer(emulatorSpec()), startServer(emulatorSpec())])
  front = await startNginx(emulators.map(({ port }) => port))
})
afterAll(async () => {
  await Promise.all([...emulators, front].map((running) => running?.stop()))
  removeTemporaryFiles()
})

const at = (sandbox: string) => `http://127.0.0.1:${front.port}/sandbox/${sandbox}`
const client = (sandbox: string, options = {}) =>
  new OpenAI({ baseURL: `${at(sandbox)}/v1`, adminAPIKey: 'sk-admin-local', ...options }).admin.organization
    .adminAPIKeys
/** The body of an answer. */
const bodyOf = async <Body = { data: { name: string }[] }>(answer: Promise<Response>) =>
  (await (await answer).json()) as Body
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

test('200 sandboxes in parallel: each on one of two emulators, and whole', async () => {
  await Promise.all(
    names.map(async (name) => {
      const keys = client(name)
      const made = await keys.create({ name })
      expect((await keys.retrieve(made.id)).name).toBe(name)
      const listed = []
      for await (const key of keys.list({ limit: 1 })) listed.push(key.name)
      expect(listed).toEqual(['Admin key', name])
      expect((await keys.delete(made.id)).deleted).toBe(true)
    }),
  )
  const [first = [], second = []] = await Promise.all(emulators.map(sandboxesOf))
  expect([...first, ...second].sort()).toEqual([...names].sort())
  // By chance neither has fewer than a quarter of them.
  expect(Math.min(first.length, second.length)).toBeGreaterThan(names.length / 4)
})

test('a name is the same sandbox however it is written, and its controls are with it', async () => {
  await client('escaped').create({ name: 'a key' })
  const url = `http://127.0.0.1:${front.port}/sandbox/%65scaped/v1/organization/admin_api_keys`
  const { data } = await bodyOf(fetch(url, { headers: { authorization: 'Bearer sk-admin-local' } }))
  expect(data.map(({ name }) => name)).toEqual(['Admin key', 'a key'])
  expect((await control('escaped', '/reset', { method: 'POST' })).status).toBe(200)
  expect((await client('escaped').list()).data).toHaveLength(1)
  const removed = `http://127.0.0.1:${front.port}/_emulator/sandboxes/escaped`
  expect((await fetch(removed, { method: 'DELETE' })).status).toBe(200)
})

test.each(['reset', 'empty'])('a %s ends the connection, and nothing is sent twice', async (kind) => {
  const sandbox = `cut-${kind}`
  await arm(sandbox, { operation: 'admin-api-keys-list', kind })
  await expect(client(sandbox, { maxRetries: 0 }).list()).rejects.toThrow(OpenAI.APIConnectionError)
  const { count } = await bodyOf<{ count: number }>(control(sandbox, '/requests'))
  expect(count).toBe(1)
})

test('an answer that is truncated breaks off for the client, too', async () => {
  await arm('truncated', { operation: 'admin-api-keys-list', kind: 'truncate' })
  const headers = { authorization: 'Bearer sk-admin-local' }
  const answer = await fetch(`${at('truncated')}/v1/organization/admin_api_keys`, { headers })
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow('terminated')
})

test('a state moves from one emulator to the other', async () => {
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

test('the stream of the journal passes, as it happens', async () => {
  const socket = connect(front.port, '127.0.0.1')
  socket.setEncoding('utf8').write('GET /sandbox/live/_emulator/requests/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  let seen = ''
  socket.on('data', (text: string) => {
    seen += text
  })
  await expect.poll(() => seen).toContain(': requests')
  await client('live').list()
  await expect.poll(() => seen).toContain('"operation":"admin-api-keys-list"')
  socket.destroy()
})
