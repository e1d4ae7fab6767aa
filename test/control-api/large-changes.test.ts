import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { resetParts } from '../../src/sandbox/reset-parts.ts'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'

// More than are inserted or copied in one turn of the event loop.
const count = 100_000

// On a machine that is busy with other things.
vi.setConfig({ testTimeout: 60_000 })

const seed = (prefix: string) => ({ keys: [{ generate: count, id: `${prefix}{n}`, name: 'load-{n}' }] })

// In one turn, it would be nearly all of the time. The limit is no number of milliseconds, because a busy machine adds to both.
const largestPart = 0.6

interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
  body: any
}

async function start(args: string[] = []) {
  const { url } = await serve(args)
  const send = async (method: string, path: string, body?: object): Promise<Reply> => {
    const headers = { authorization: `Bearer ${adminKey}`, ...(body && { 'content-type': 'application/json' }) }
    const response = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return { status: response.status, body: await response.json() }
  }
  const keyCount = async (sandbox = '') => (await send('GET', `${sandbox}/_emulator/keys?limit=1`)).body.count
  return { send, keyCount }
}

type Send = Awaited<ReturnType<typeof start>>['send']

/** Runs a change while other requests check the health of the server. Returns its reply and the longest time that a check took. */
async function runChecked(send: Send, change: () => Promise<Reply>): Promise<Reply & { blockedPart: number }> {
  const startedAt = performance.now()
  let isDone = false
  const running = change().finally(() => {
    isDone = true
  })
  let worstMs = 0
  while (!isDone) {
    const checkedAt = performance.now()
    expect((await send('GET', '/health')).status).toBe(200)
    worstMs = Math.max(worstMs, performance.now() - checkedAt)
    await sleep(5)
  }
  return { ...(await running), blockedPart: worstMs / (performance.now() - startedAt) }
}

describe.each(['memory', 'files'])('in %s, a change of a large state', (kind) => {
  const args = () => (kind === 'files' ? ['--data', createTemporaryFolder()] : [])

  test.each([
    ['PUT', count + 1],
    ['POST', count + 1],
  ])('by %s does not block the health check, and requests to the sandbox wait for it', async (method, keys) => {
    const { send, keyCount } = await start(args())
    let counted: Promise<number> | undefined
    const { status, body, blockedPart } = await runChecked(send, async () => {
      const reply = send(method, '/_emulator/state', seed('key_'))
      await sleep(100)
      counted = keyCount()
      // Another sandbox does not wait.
      expect(await keyCount('/sandbox/other')).toBe(1)
      return reply
    })
    expect([status, body]).toEqual([200, { keys }])
    expect(await counted).toBe(keys)
    expect(blockedPart).toBeLessThan(largestPart)
    expect((await send('GET', `${keysUrl}/key_${count}`)).body.name).toBe(`load-${count}`)
  })

  test('by a reset does not block the health check, and returns to the same keys', async () => {
    const file = createTemporaryFile('seed.json', JSON.stringify({ keys: [{ generate: count, name: 'load-{n}' }] }))
    const { send, keyCount } = await start([...args(), '--seed', file])
    const page = async () => (await send('GET', `${keysUrl}?limit=100&order=desc`)).body.data
    const before = await page()
    expect((await send('DELETE', `${keysUrl}/${before[0].id}`)).status).toBe(200)
    expect((await send('POST', keysUrl, { name: 'new' })).status).toBe(200)
    const { status, blockedPart } = await runChecked(send, () => send('POST', '/_emulator/reset'))
    expect(status).toBe(200)
    expect(blockedPart).toBeLessThan(largestPart)
    expect(await page()).toEqual(before)
    expect(await keyCount()).toBe(count + 1)
    await send('PATCH', '/_emulator/behavior', { auth: 'any' })
    await send('POST', keysUrl, { name: 'new' })
    expect((await send('POST', '/_emulator/reset', { only: ['keys'] })).status).toBe(200)
    expect(await keyCount()).toBe(count + 1)
    expect((await send('GET', '/_emulator/behavior')).body.auth).toBe('any')
    expect((await send('POST', '/_emulator/reset', { only: ['behavior'] })).status).toBe(200)
    expect((await send('GET', '/_emulator/behavior')).body.auth).toBe('strict')
  })

  test('by the creation of a sandbox does not block the health check, and its first requests wait', async () => {
    const file = createTemporaryFile('seed.json', JSON.stringify(seed('key_')))
    const { send, keyCount } = await start([...args(), '--seed', file])
    const path = `${keysUrl}/key_${count}`
    const { status, blockedPart } = await runChecked(send, async () => {
      const requests = ['GET', 'DELETE', 'GET'].map((method) => send(method, `/sandbox/a${path}`))
      const [first] = await Promise.all([...requests, keyCount('/sandbox/a')])
      return first as Reply
    })
    expect(status).toBe(200)
    expect(blockedPart).toBeLessThan(largestPart)
    const [created, conflict] = await Promise.all([1, 2].map(() => send('POST', '/_emulator/sandboxes', { name: 'b' })))
    expect([created?.status, conflict?.status].sort()).toEqual([201, 409])
    expect(await keyCount('/sandbox/b')).toBe(count + 1)
  })
})

test.each(['PUT', 'POST'])('a sandbox that is removed during a large change by %s aborts it', async (method) => {
  const { send, keyCount } = await start()
  await keyCount('/sandbox/a')
  const change = send(method, '/sandbox/a/_emulator/state', { keys: [{ generate: 1_000_000, name: 'x' }] }).catch(
    () => 'aborted',
  )
  // A request to the sandbox waits once the change has begun.
  const isWaiting = () =>
    Promise.race([
      keyCount('/sandbox/a').then(
        () => false,
        () => false,
      ),
      sleep(500, true),
    ])
  while (!(await isWaiting()));
  expect((await send('DELETE', '/_emulator/sandboxes/a')).status).toBe(200)
  expect(await change).toBe('aborted')
  expect(await keyCount('/sandbox/a')).toBe(1)
})

test('an addition with a duplicate id adds nothing', async () => {
  const { send, keyCount } = await start()
  expect((await send('POST', '/_emulator/state', { keys: [{ id: 'key_77', name: 'x' }] })).status).toBe(200)
  const { status, body } = await send('POST', '/_emulator/state', seed('key_'))
  expect(status).toBe(400)
  expect(body.error.message).toContain('duplicate id `key_77`, already used in the sandbox')
  expect(await keyCount()).toBe(2)
})

describe('a large seed', () => {
  const largeSeed = 'keys: [{ generate: 30000, name: "load-{n}" }]'

  test('has a random sequence that a reset of the keys continues, and a complete one repeats', async () => {
    const { call } = await startApp({ seed: largeSeed, randomSeed: 1 })
    const create = async () => (await call('POST', keysUrl, { body: { name: 'new' } })).body.id
    const first = await create()
    await call('POST', '/_emulator/reset', { body: { only: ['keys'] } })
    expect(await create()).not.toBe(first)
    await call('POST', '/_emulator/reset')
    expect(await create()).toBe(first)
  })

  test('gives the first requests to its sandboxes the same ids for the same random seed', async () => {
    const { call } = await startApp({ seed: largeSeed, randomSeed: 1 })
    const requestId = async (sandbox: string) =>
      (await call('GET', `/sandbox/${sandbox}${keysUrl}?limit=1`)).headers['x-request-id']
    expect(await requestId('a')).toBe(await requestId('b'))
  })

  test('has models to which a reset that names all parts returns', async () => {
    const { call } = await startApp({ seed: largeSeed })
    const models = async () => (await call('GET', '/_emulator/state')).body.models
    const before = await models()
    await call('POST', '/_emulator/state', { body: { models: ['gpt-added'] } })
    expect(await models()).toContain('gpt-added')
    await call('POST', '/_emulator/reset', { body: { only: resetParts } })
    expect(await models()).toEqual(before)
  })
})

test('a seed that is reloaded during large additions resets the sandbox after those that wait', async () => {
  const file = createTemporaryFile('seed.json', JSON.stringify({ keys: [{ name: 'first' }] }))
  const { send, keyCount } = await start(['--watch', '--seed', file])
  const additions = ['a_', 'b_', 'c_'].map((prefix) =>
    send('POST', '/_emulator/state', { keys: [{ generate: 2 * count, id: `${prefix}{n}`, name: 'load' }] }),
  )
  await sleep(100)
  writeFileSync(file, JSON.stringify({ keys: [{ name: 'first' }, { name: 'second' }] }))
  expect((await Promise.all(additions)).map(({ status }) => status)).toEqual([200, 200, 200])
  await vi.waitFor(async () => expect(await keyCount()).toBe(3), { timeout: 15_000, interval: 50 })
})

test('an export that has begun contains all of a large addition or nothing', async () => {
  const file = createTemporaryFile('seed.json', JSON.stringify(seed('key_')))
  const { send } = await start(['--seed', file])
  const [exported, added] = await Promise.all([
    send('GET', '/_emulator/state'),
    send('POST', '/_emulator/state', seed('added_')),
  ])
  expect([exported.status, added.status]).toEqual([200, 200])
  expect([count + 1, 2 * count + 1]).toContain(exported.body.keys.length)
})

test.each(['/_emulator/sandboxes/a', '/_emulator/sandboxes'])(
  'DELETE %s during the creation of a large sandbox removes it afterwards',
  async (path) => {
    const file = createTemporaryFile('seed.json', JSON.stringify(seed('key_')))
    const { send, keyCount } = await start(['--seed', file])
    // The first control request builds the controls.
    await keyCount()
    const creation = send('POST', '/_emulator/sandboxes', { name: 'a' })
    await sleep(50)
    expect(await send('DELETE', path)).toEqual({ status: 200, body: { deleted: ['a'] } })
    expect((await creation).status).toBe(201)
    expect((await send('GET', '/_emulator/sandboxes')).body.data).toHaveLength(1)
  },
)
