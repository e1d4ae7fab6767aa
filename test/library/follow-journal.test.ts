import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import {
  connect,
  type Emulator,
  EmulatorError,
  type JournalEntry,
  type Sandbox,
  startEmulator,
} from '../../src/library/index.ts'
import { startControlApp } from '../support/control-app.ts'
import { serve } from '../support/program.ts'

// The library opens a stream when its iteration starts: entries from before that are not sent.
const streamOpensMs = 600

const requestKeys = async ({ baseURL }: Pick<Sandbox, 'baseURL'>, path: string) => {
  const headers = { authorization: 'Bearer sk-admin-local' }
  await (await fetch(`${baseURL}/organization/admin_api_keys${path}`, { headers })).text()
}

/** Collects entries in the background. `finished` resolves to all of them once the iteration ends. */
async function collect(journal: AsyncIterable<JournalEntry>) {
  const entries: JournalEntry[] = []
  const finished = (async () => {
    for await (const entry of journal) entries.push(entry)
    return entries
  })()
  await sleep(streamOpensMs)
  return { entries, finished }
}

const keyIdsOf = (entries: JournalEntry[]) => entries.map(({ key_id }) => key_id)

test('journal.follow() yields new entries of its sandbox until close()', async () => {
  await using emulator = await startEmulator()
  const sandbox = emulator.sandbox('mine')
  await requestKeys(sandbox, '/key_before')
  const { entries, finished } = await collect(sandbox.journal.follow())
  await requestKeys(sandbox, '/key_1')
  await requestKeys(emulator, '/key_in_default')
  await requestKeys(sandbox, '/key_2')
  await expect.poll(() => keyIdsOf(entries)).toEqual(['key_1', 'key_2'])
  await emulator.close()
  expect(keyIdsOf(await finished)).toEqual(['key_1', 'key_2'])
})

test('journal.follow() yields complete entries after `since` that match its filter', async () => {
  await using emulator = await startEmulator()
  await requestKeys(emulator, '/key_1')
  await requestKeys(emulator, '/key_2')
  const [first] = await emulator.journal.list()
  const { entries, finished } = await collect(emulator.journal.follow({ status: 404, since: first?.id as string }))
  await requestKeys(emulator, '?limit=1')
  await requestKeys(emulator, '/key_3')
  await expect.poll(() => entries).toHaveLength(2)
  const [, ...expected] = await emulator.journal.list({ status: 404 })
  await emulator.close()
  expect(await finished).toEqual(expected)
  expect(keyIdsOf(expected)).toEqual(['key_2', 'key_3'])
})

test('leaving a loop over journal.follow() with `break` closes the stream and keeps the emulator usable', async () => {
  const { app, listen } = await startControlApp()
  const emulator = await connect(await listen())
  const streamClosed = new Promise((resolve) => {
    app.server.prependListener('request', ({ url }, response) => {
      if (url?.includes('/journal/stream')) response.once('close', () => resolve('closed'))
    })
  })
  const entries: JournalEntry[] = []
  const finished = (async () => {
    for await (const entry of emulator.journal.follow()) {
      entries.push(entry)
      break
    }
  })()
  await sleep(streamOpensMs)
  await requestKeys(emulator, '/key_1')
  await finished
  expect(entries).toMatchObject([{ method: 'GET', key_id: 'key_1', status: 404, delivered: true }])
  expect(await streamClosed).toBe('closed')
  await requestKeys(emulator, '/key_2')
  expect(await emulator.journal.list()).toHaveLength(2)
})

test('close() of a connected emulator ends journal.follow() and leaves the server running', async () => {
  await using server = await startEmulator({ controlToken: 'let-me-in' })
  const emulator = await connect({ url: server.url, controlToken: 'let-me-in' })
  const { entries, finished } = await collect(emulator.journal.follow())
  await requestKeys(server, '/key_1')
  await expect.poll(() => keyIdsOf(entries)).toEqual(['key_1'])
  await emulator.close()
  expect(keyIdsOf(await finished)).toEqual(['key_1'])
  expect((await fetch(`${server.url}/health`)).status).toBe(200)
})

test('journal.follow() yields nothing after close()', async () => {
  const emulator = await startEmulator()
  await emulator.close()
  const { finished } = await collect(emulator.journal.follow())
  expect(await finished).toEqual([])
})

test('journal.follow() rejects with an EmulatorError for an invalid filter or a missing token', async () => {
  await using emulator = await startEmulator({ controlToken: 'let-me-in' })
  const next = (entries: AsyncIterable<JournalEntry>) => entries[Symbol.asyncIterator]().next()
  // @ts-expect-error: a stream has no end, so it has no limit
  const limited = next(emulator.journal.follow({ limit: 5 }))
  await expect(limited).rejects.toBeInstanceOf(EmulatorError)
  await expect(limited).rejects.toMatchObject({ status: 400, code: 'invalid_query', param: 'limit' })
  // @ts-expect-error: there is no such filter
  await expect(next(emulator.journal.follow({ statuses: 404 }))).rejects.toMatchObject({ param: 'statuses' })
  const withoutToken = await connect(emulator.url)
  await expect(next(withoutToken.journal.follow())).rejects.toMatchObject({ status: 401, code: 'control_token' })
})

test.each([
  ['startEmulator', async () => startEmulator()],
  ['connect', async () => connect(await (await startControlApp()).listen())],
] as const)('close() after %s() ends a journal.follow() that is still connecting', async (_way, start) => {
  const emulator = await start()
  const next = emulator.journal.follow()[Symbol.asyncIterator]().next()
  await emulator.close()
  expect(await next).toEqual({ value: undefined, done: true })
})

test.each<[string, (sandbox: Sandbox) => Promise<unknown>]>([
  ['a reset', (sandbox) => sandbox.reset()],
  ['a load', (sandbox) => sandbox.state.replace({})],
])('journal.follow() goes on after %s', async (_cause, reset) => {
  await using emulator = await startEmulator()
  const { entries, finished } = await collect(emulator.journal.follow())
  await requestKeys(emulator, '/key_1')
  await reset(emulator)
  await requestKeys(emulator, '/key_2')
  await expect.poll(() => keyIdsOf(entries)).toEqual(['key_1', 'key_2'])
  await emulator.close()
  await finished
})

test('journal.follow() yields an entry when it is complete; with `pending`, when its request arrives, too', async () => {
  await using emulator = await startEmulator()
  await emulator.faults.add({ operation: 'get', kind: 'delay', ms: 300 })
  const completed = await collect(emulator.journal.follow())
  const all = await collect(emulator.journal.follow({ pending: true, method: 'GET' }))
  const delayed = requestKeys(emulator, '/key_1')
  await expect.poll(() => keyIdsOf(all.entries)).toEqual(['key_1'])
  await requestKeys(emulator, '/key_2')
  await delayed
  await expect.poll(() => keyIdsOf(completed.entries)).toEqual(['key_2', 'key_1'])
  expect(all.entries.map(({ key_id, status, delivered }) => [key_id, status, delivered])).toEqual([
    ['key_1', null, null],
    ['key_2', null, null],
    ['key_2', 404, true],
    ['key_1', 404, true],
  ])
  expect((await emulator.journal.list()).map(({ key_id }) => key_id)).toEqual(['key_1', 'key_2'])
})

test.each<[string, (sandbox: Sandbox, server: Emulator) => Promise<unknown>]>([
  ['the removal of its sandbox', (sandbox, server) => server.sandboxes.delete(sandbox.name)],
  ['the stop of the server', (_sandbox, server) => server.close()],
])('%s ends journal.follow()', async (_cause, end) => {
  await using server = await startEmulator()
  const sandbox = (await connect(server.url)).sandbox('mine')
  const { entries, finished } = await collect(sandbox.journal.follow())
  await requestKeys(sandbox, '/key_1')
  await expect.poll(() => entries).toHaveLength(1)
  await end(sandbox, server)
  expect(keyIdsOf(await finished)).toEqual(['key_1'])
})

test('journal.follow() rejects with an EmulatorError if the emulator is killed', async () => {
  const { url, child } = await serve()
  const emulator = await connect(url)
  const { finished } = await collect(emulator.journal.follow())
  const rejected = expect(finished).rejects.toMatchObject({
    name: 'EmulatorError',
    status: null,
    code: 'connection_lost',
    message: expect.stringContaining(`the connection to ${url} was lost`),
  })
  child.kill('SIGKILL')
  await rejected
})

test('journal.follow() rejects at its first entry, not when it is called, for a filter that is no object', async () => {
  await using emulator = await startEmulator()
  // @ts-expect-error: the compiler rejects it
  const entries = emulator.journal.follow(5)
  const next = entries[Symbol.asyncIterator]().next()
  await expect(next).rejects.toThrow(TypeError)
  await expect(next).rejects.toThrow('journal.follow(filter): 5 is invalid. It must be an object.')
})

test('journal.follow() rejects with a TypeError if `pending` is not a boolean', async () => {
  await using emulator = await startEmulator()
  // @ts-expect-error: the compiler rejects it
  const next = emulator.journal.follow({ pending: 'yes' })[Symbol.asyncIterator]().next()
  await expect(next).rejects.toThrow('journal.follow({ pending }): "yes" is invalid. It must be true or false.')
})
