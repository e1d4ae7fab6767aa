import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import { expect, onTestFinished, test } from 'vitest'
import { connect, type Emulator, EmulatorError, startEmulator } from '../../src/library/index.ts'

/** The two functions of the library that return an emulator. */
const waysToConnect: [string, () => Promise<AsyncDisposable & { emulator: Emulator }>][] = [
  [
    'startEmulator',
    async () => {
      const emulator = await startEmulator({ controlToken: 'let-me-in' })
      return { emulator, [Symbol.asyncDispose]: emulator.close }
    },
  ],
  [
    'connect',
    async () => {
      const { url, close } = await startEmulator({ controlToken: 'let-me-in' })
      const emulator = await connect({ url: `${url}/`, controlToken: 'let-me-in' })
      return { emulator, [Symbol.asyncDispose]: close }
    },
  ],
]

const listNames = async ({ baseURL, adminKey }: { baseURL: string; adminKey: string | null }) => {
  const keys = new OpenAI({ baseURL, adminAPIKey: adminKey }).admin.organization.adminAPIKeys
  return (await keys.list()).data.map(({ name }) => name)
}

test.each(waysToConnect)('every control of a sandbox works after %s()', async (_way, start) => {
  await using running = await start()
  const { emulator } = running
  const sandbox = emulator.sandbox('mine')
  const target = { baseURL: sandbox.baseURL, adminKey: emulator.adminKey }

  await sandbox.state.replace({ keys: [{ name: 'a', created_at: '-1d' }] })
  await sandbox.state.add({ keys: [{ name: 'b', created_at: '-1h' }] })
  expect(await listNames(target)).toEqual(['a', 'b', 'Admin key'])
  expect((await sandbox.state.get()).keys?.map(({ name }) => name)).toEqual(['Admin key', 'a', 'b'])

  const { id, value } = await sandbox.keys.create({ name: 'c', expires_in_seconds: 60 })
  expect(await listNames({ baseURL: sandbox.baseURL, adminKey: value })).toHaveLength(4)
  expect(await sandbox.keys.list({ state: 'expiring', filter: 'c', limit: 1 })).toMatchObject({
    count: 1,
    data: [{ id }],
  })
  await sandbox.keys.delete(id)
  expect(await sandbox.keys.get(id)).toMatchObject({ id, state: 'deleted' })
  const [project] = (await sandbox.state.get()).projects ?? []
  const ofProject = await sandbox.keys.create({ name: 'd', project_id: project?.id ?? '' })
  expect(await sandbox.keys.list({ type: 'project' })).toMatchObject({ data: [{ id: ofProject.id, type: 'project' }] })
  await sandbox.keys.delete(ofProject.id, { type: 'project' })
  expect(await sandbox.keys.get(ofProject.id, { type: 'project' })).toMatchObject({ state: 'deleted' })
  await expect(sandbox.keys.get(ofProject.id, { type: 'admin' })).rejects.toThrow('There is no key')
  expect(await sandbox.auditLogs.list({ type: 'api_key.deleted', resource_id: id })).toMatchObject({
    count: 1,
    data: [{ 'api_key.deleted': { id } }],
  })
  expect(await sandbox.behavior.switches()).toContainEqual(expect.objectContaining({ name: 'auth', value: 'strict' }))
  expect(await sandbox.connection()).toEqual({ base_url: sandbox.baseURL, admin_key: sandbox.adminKey })

  expect(await sandbox.snapshots.take('s')).toMatchObject({ name: 's', keys: 3 })
  await sandbox.reset()
  expect(await listNames(target)).toEqual(['Admin key'])
  await sandbox.snapshots.restore('s')
  expect(await listNames(target)).toHaveLength(3)
  await sandbox.snapshots.delete('s')
  expect(await sandbox.snapshots.list()).toEqual([])

  expect(await sandbox.clock.set({ now: 1_767_225_600, frozen: true })).toMatchObject({ unix: 1_767_225_600 })
  expect(await sandbox.clock.advance('1d')).toMatchObject({ unix: 1_767_312_000 })
  expect(await sandbox.clock.get()).toEqual({ now: '2026-01-02T00:00:00.000Z', unix: 1_767_312_000, frozen: true })
  expect((await sandbox.clock.reset()).frozen).toBe(false)

  expect((await sandbox.behavior.change({ auth: 'any' })).auth).toBe('any')
  expect((await sandbox.behavior.get()).state).toBe('kept')

  const fault = await sandbox.faults.add({
    operation: 'admin-api-keys-list',
    kind: 'error',
    status: 429,
    headers: { 'retry-after-ms': '1' },
  })
  expect((await sandbox.faults.list())[0]).toMatchObject({ id: fault.id, hits: 0, remaining: 1 })
  await sandbox.journal.clear()
  await listNames(target)
  expect((await sandbox.journal.list()).map(({ status, retry_count }) => [status, retry_count])).toEqual([
    [429, 0],
    [200, 1],
  ])
  expect(await sandbox.journal.list({ status: 429, delivered: true, limit: 5 })).toHaveLength(1)
  await sandbox.faults.clear(fault.id)
  await sandbox.faults.clear()
  expect(await sandbox.faults.list()).toEqual([])

  const copy = await emulator.sandboxes.create({ name: 'copy', from: { sandbox: 'mine' } })
  expect(await listNames({ ...target, baseURL: copy.baseURL })).toHaveLength(3)
  expect((await emulator.sandboxes.list()).map(({ name }) => name)).toEqual(['default', 'mine', 'copy'])
  await emulator.sandboxes.delete('copy')
  await emulator.sandboxes.delete()
  expect(await emulator.sandboxes.list()).toHaveLength(1)
  // The emulator itself is a client of the sandbox `default`.
  await emulator.state.add({ keys: [{ name: 'in default' }] })
  expect(await listNames(emulator)).toContain('in default')
  expect(emulator.name).toBe('default')
})

test('the types reject unknown operations and incomplete faults', async () => {
  await using emulator = await startEmulator()
  // @ts-expect-error: the filter accepts no short operation name
  await expect(emulator.journal.list({ operation: 'list' })).rejects.toMatchObject({ status: 400, param: 'operation' })
  // @ts-expect-error: there is no such operation
  await expect(emulator.faults.add({ operation: 'retrieve', kind: 'hang' })).rejects.toMatchObject({ status: 400 })
  // @ts-expect-error: `status` is required
  await expect(emulator.faults.add({ operation: '*', kind: 'error' })).rejects.toMatchObject({ param: '/status' })
  await fetch(`${emulator.baseURL}/nothing`)
  expect(await emulator.journal.list({ operation: null })).toHaveLength(1)
})

test('after close(), calls reject with an unreachable EmulatorError that contains the URL', async () => {
  const emulator = await startEmulator()
  const sandbox = emulator.sandbox('mine')
  await sandbox.reset()
  await emulator.close()
  const result = sandbox.journal.list()
  await expect(result).rejects.toMatchObject({ name: 'EmulatorError', status: null, code: 'unreachable' })
  await expect(result).rejects.toThrow(`cannot connect to ${emulator.url}/sandbox/mine: is the emulator running?`)
})

test('a rejected call is an EmulatorError with status, code, param and message', async () => {
  await using emulator = await startEmulator()
  const result = emulator.clock.set({ now: 'soon' })
  await expect(result).rejects.toBeInstanceOf(EmulatorError)
  await expect(result).rejects.toMatchObject({ status: 400, code: 'invalid_body', param: '/now' })
  await expect(emulator.sandbox('mine').snapshots.restore('x')).rejects.toThrow(
    "There is no snapshot 'x' of the sandbox 'mine'.",
  )
  await expect(emulator.snapshots.restore('../x')).rejects.toMatchObject({ status: 404 })
  await expect(emulator.sandboxes.create({ name: 'default' })).rejects.toMatchObject({ status: 409, param: '/name' })
  await using guarded = await startEmulator({ controlToken: 'x' })
  const withoutToken = await connect(guarded.url)
  await expect(withoutToken.reset()).rejects.toMatchObject({ status: 401, code: 'control_token' })
})

/** Connects to a server that is ready like an emulator, and handles all other requests by `handle`. */
async function connectTo(handle: RequestListener): Promise<Emulator> {
  const server = createServer((request, response) =>
    request.url === '/ready' ? response.end() : handle(request, response),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const callsOfEachKind: [string, (emulator: Emulator) => Promise<unknown>][] = [
  ['clock.get()', ({ clock }) => clock.get()],
  ['journal.follow()', ({ journal }) => journal.follow()[Symbol.asyncIterator]().next()],
]

test.each(
  callsOfEachKind.flatMap(([name, call]) =>
    ['{"error":"Forbidden"}', '{"error":null}', '{"error":{"message":5}}', '[]', 'null', '<html>'].map(
      (body) => [name, body, call] as const,
    ),
  ),
)('%s rejects with the status of a response %s, which is not from an emulator', async (_name, body, call) => {
  const emulator = await connectTo((_request, response) => response.writeHead(403).end(body))
  const result = call(emulator)
  await expect(result).rejects.toMatchObject({ name: 'EmulatorError', status: 403, code: null, param: null })
  await expect(result).rejects.toThrow('the response with status 403 is not from an emulator')
})

test.each(callsOfEachKind.flatMap(([name, call]) => [200, 400].map((status) => [name, status, call] as const)))(
  '%s rejects with an EmulatorError if the connection breaks within the response with status %i',
  async (_name, status, call) => {
    const emulator = await connectTo((_request, response) => {
      response.writeHead(status, { 'content-length': 100 }).write('{"error":')
      setTimeout(() => response.destroy(), 50)
    })
    const result = call(emulator)
    await expect(result).rejects.toMatchObject({ name: 'EmulatorError', status: null, code: 'connection_lost' })
    await expect(result).rejects.toThrow(`the connection to ${emulator.url} was lost`)
  },
)

test('connect() rejects if no emulator is running, and for an invalid URL', async () => {
  const result = connect('http://127.0.0.1:1')
  await expect(result).rejects.toBeInstanceOf(EmulatorError)
  await expect(result).rejects.toThrow(/^cannot connect to http:\/\/127\.0\.0\.1:1: is the emulator running\?/)
  await expect(connect('localhost:4010')).rejects.toThrow(
    'url: "localhost:4010" is invalid. It must be an http or https URL.',
  )
  await expect(connect('http://localhost/v1')).rejects.toThrow('must not end with the /v1')
})

// biome-ignore lint/suspicious/noExplicitAny: JavaScript callers can pass what the compiler rejects
type Untyped = any

test.each<[string, (emulator: Untyped) => unknown, string]>([
  ['sandbox()', (e) => e.sandbox(), "sandbox: 'undefined' is invalid. It must be 1 to 64"],
  ['sandbox(5)', (e) => e.sandbox(5), "sandbox: '5' is invalid. It must be 1 to 64"],
  [
    'take()',
    (e) => e.snapshots.take(),
    'snapshots.take(name): undefined is invalid. It must be a string that is not empty.',
  ],
  [
    'take("")',
    (e) => e.snapshots.take(''),
    'snapshots.take(name): "" is invalid. It must be a string that is not empty.',
  ],
  ['restore()', (e) => e.snapshots.restore(), 'snapshots.restore(name): undefined is invalid.'],
  ['snapshots.delete(null)', (e) => e.snapshots.delete(null), 'snapshots.delete(name): null is invalid.'],
  ['replace()', (e) => e.state.replace(), 'state.replace(seed): undefined is invalid. It must be an object.'],
  ['add("keys")', (e) => e.state.add('keys'), 'state.add(seed): "keys" is invalid. It must be an object.'],
  ['set()', (e) => e.clock.set(), 'clock.set(change): undefined is invalid. It must be an object.'],
  ['advance()', (e) => e.clock.advance(), 'clock.advance(by): undefined is invalid. It must be text with a unit'],
  ['advance(NaN)', (e) => e.clock.advance(Number.NaN), 'clock.advance(by): NaN is invalid.'],
  ['change()', (e) => e.behavior.change(), 'behavior.change(changes): undefined is invalid. It must be an object.'],
  ['faults.add([])', (e) => e.faults.add([]), 'faults.add(fault): [] is invalid. It must be an object.'],
  [
    'clear(null)',
    (e) => e.faults.clear(null),
    'faults.clear(id): null is invalid. It must be a string that is not empty.',
  ],
  ['journal.list(null)', (e) => e.journal.list(null), 'journal.list(filter): null is invalid. It must be an object.'],
  [
    'reset({ only: "keys" })',
    (e) => e.reset({ only: 'keys' }),
    'reset({ only }): "keys" is invalid. It must be a list.',
  ],
  ['reset("keys")', (e) => e.reset('keys'), 'reset(options): "keys" is invalid. It must be an object.'],
  [
    'create(null)',
    (e) => e.sandboxes.create(null),
    'sandboxes.create(sandbox): null is invalid. It must be an object.',
  ],
  // An argument that is undefined by mistake must not mean all of them.
  ['clear(undefined)', (e) => e.faults.clear(undefined as never), 'faults.clear(id): undefined is invalid.'],
  [
    'sandboxes.delete(undefined)',
    (e) => e.sandboxes.delete(undefined as never),
    'sandboxes.delete(name): undefined is',
  ],
  ['sandboxes.delete("")', (e) => e.sandboxes.delete(''), 'sandboxes.delete(name): "" is invalid.'],
])(
  '%s throws a TypeError with the argument, the rule and the value, and changes nothing',
  async (_call, act, message) => {
    await using emulator = await startEmulator()
    await emulator.sandbox('another').clock.get()
    const result = (async () => act(emulator))()
    await expect(result).rejects.toThrow(TypeError)
    await expect(result).rejects.toThrow(message)
    expect((await emulator.sandboxes.list()).map(({ name }) => name)).toEqual(['default', 'another'])
    expect(await emulator.snapshots.list()).toEqual([])
  },
)

test.each<[unknown, string]>([
  [undefined, 'connect: undefined is invalid. It must be a URL, or an object: {url, adminKey, controlToken, tlsCert}.'],
  [null, 'connect: null is invalid.'],
  [[], 'connect: [] is invalid.'],
  [{}, 'url: undefined is invalid. It must be an http or https URL.'],
  [{ url: 5 }, 'url: 5 is invalid. It must be an http or https URL.'],
  [{ url: 'http://x', token: 'x' }, "unknown option 'token'. Available options: url, adminKey, controlToken"],
  [{ url: 'http://x', adminKey: 5 }, 'adminKey: [redacted] is invalid. It must be a string, or null.'],
  [
    { url: 'http://x', controlToken: '' },
    'controlToken: [redacted] is invalid. It must be a string that is not empty.',
  ],
])('connect(%j) rejects with the option, the rule and the value', async (to, message) => {
  await expect(connect(to as string)).rejects.toThrow(message)
})
