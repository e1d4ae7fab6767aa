import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl, type TestOptions } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { followStream } from '../support/journal-stream.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

/** Starts a server, with functions that list its journal and send requests. */
async function startServer(options: TestOptions = {}) {
  const testApp = await startControlApp(options)
  const url = await testApp.listen()
  // biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
  const list = async (query = ''): Promise<any[]> => (await testApp.control('GET', `/journal${query}`)).body.data
  const addFault = (fault: object) => testApp.control('POST', '/faults', fault)
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  /** Sends a request; resolves to its status, or 0 if the connection breaks. */
  const send = (
    method: string,
    path = '',
    { body, ...more }: { body?: object; headers?: object; signal?: AbortSignal } = {},
  ) =>
    fetch(url + keysUrl + path, {
      method,
      signal: abort.signal,
      ...more,
      headers: { ...headers, ...more.headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
      .then(async (response) => {
        await response.text()
        return response.status
      })
      .catch(() => 0)
  return { ...testApp, url, list, addFault, send }
}

type Server = Awaited<ReturnType<typeof startServer>>

/** Sends the head of a create and a part of its body. */
function startCreate(url: string, moreHeaders = '') {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  onTestFinished(() => void socket.destroy())
  socket.write(
    `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\n${moreHeaders}Content-Length: 12\r\n\r\n{"name":`,
  )
  return socket
}

const countOf = (list: Server['list']) => async () => (await list()).length

describe('a pending request', () => {
  const waits: [string, (server: Server) => Promise<unknown>, object][] = [
    [
      'whose body still arrives',
      async ({ url }) => void startCreate(url),
      { operation: 'admin-api-keys-create', method: 'POST', body: null, fault_id: null },
    ],
    [
      'that a fault delays',
      async ({ addFault, send }) => {
        await addFault({ operation: 'create', kind: 'delay', ms: 60_000 })
        void send('POST', '', { body: { name: 'x' } })
      },
      { operation: 'admin-api-keys-create', method: 'POST', body: '{"name":"x"}', fault_id: 'fault_1' },
    ],
    [
      'that a fault delays after the commit',
      async ({ addFault, send }) => {
        await addFault({ operation: 'create', kind: 'delay', ms: 60_000, when: 'after_commit' })
        void send('POST', '', { body: { name: 'x' } })
      },
      { operation: 'admin-api-keys-create', body: '{"name":"x"}', fault_id: 'fault_1' },
    ],
    [
      'that a fault hangs',
      async ({ addFault, send }) => {
        await addFault({ operation: 'get', kind: 'hang' })
        void send('GET', '/key_x?a=1')
      },
      { operation: 'admin-api-keys-get', key_id: 'key_x', query: { a: '1' }, fault_id: 'fault_1' },
    ],
  ]

  test.each(waits)('%s is in the journal with the fields known so far', async (_description, start, expected) => {
    const server = await startServer()
    const [admin] = (await server.call('GET', keysUrl)).body.data
    await server.control('DELETE', '/journal')
    await start(server)
    const pending = { status: null, response_body: null, duration_ms: null, delivered: null, reason: null }
    await expect
      .poll(() => server.list())
      .toEqual([expect.objectContaining({ ...pending, ...expected, calling_key_id: admin.id })])
    expect(await server.list('?status=2xx')).toEqual([])
    expect(await server.list('?delivered=false')).toEqual([])
    expect(await server.list(`?calling_key_id=${admin.id}`)).toHaveLength(1)
  })

  test('is completed in place, in order of arrival, when its response is sent', async () => {
    const { addFault, send, list, control } = await startServer()
    await control('PUT', '/clock', { now: '2030-01-01T00:00:00Z', frozen: true })
    await addFault({ operation: 'create', kind: 'delay', ms: 300 })
    const delayed = send('POST', '', { body: { name: 'x' } })
    await expect.poll(countOf(list)).toBe(1)
    const [{ id }] = await list()
    await control('PUT', '/clock', { advance: '1d' })
    expect(await send('GET')).toBe(200)
    expect((await list()).map(({ method, status }) => [method, status])).toEqual([
      ['POST', null],
      ['GET', 200],
    ])
    expect(await delayed).toBe(200)
    const [completed, other] = await list('?delivered=true')
    expect(completed).toMatchObject({ id, status: 200, time: '2030-01-01T00:00:00.000Z', body: '{"name":"x"}' })
    expect(completed.duration_ms).toBeGreaterThan(290)
    expect(completed.key_id).toBe(JSON.parse(completed.response_body).id)
    expect(other.method).toBe('GET')
  })

  test.each([
    ['hang', null],
    ['delay', 200],
  ])('of a client that leaves during a %s is completed when its connection closes', async (kind, status) => {
    const { addFault, send, list } = await startServer()
    await addFault({ operation: 'list', kind, ...(kind === 'delay' ? { ms: 60_000 } : {}) })
    const abort = new AbortController()
    const waiting = send('GET', '', { signal: abort.signal })
    await expect.poll(countOf(list)).toBe(1)
    await sleep(50)
    abort.abort()
    await waiting
    await expect.poll(() => list('?delivered=false')).toMatchObject([{ status, delivered: false }])
    expect((await list())[0].duration_ms).toBeGreaterThan(45)
  })

  test.each(['connection_reset', 'empty_response', 'truncated_body'])(
    'that the fault %s ends is complete as soon as its client notices',
    async (kind) => {
      const { addFault, send, list } = await startServer({ breaksResponses: true })
      await addFault({ operation: 'list', kind, when: 'after_commit' })
      await send('GET')
      const status = kind === 'truncated_body' ? 200 : null
      expect(await list()).toMatchObject([{ status, delivered: false, duration_ms: expect.any(Number) }])
    },
  )

  test('and its completion count towards the size limit of the journals', async () => {
    const { addFault, send, list } = await startServer({ maxJournalBytes: 1024 * 1024 })
    await addFault({ operation: 'create', kind: 'delay', ms: 3000, times: null })
    const waiting = Array.from({ length: 50 }, () => send('POST', '', { body: { name: 'x'.repeat(16_000) } }))
    await expect.poll(countOf(list), { timeout: 5000 }).toBe(50)
    expect(await Promise.all(waiting)).toEqual(Array(50).fill(200))
    const { length } = await list()
    expect([length > 20, length < 32]).toEqual([true, true])
  })

  test('that is older than the journal keeps is dropped, and its completion is streamed', async () => {
    const { addFault, send, list, url } = await startServer({ journal: 2 })
    const { dataOf } = await followStream(url)
    await addFault({ operation: 'create', kind: 'delay', ms: 300 })
    const delayed = send('POST', '', { body: { name: 'x' } })
    await expect.poll(countOf(list)).toBe(1)
    for (const id of ['key_1', 'key_2']) await send('GET', `/${id}`)
    expect((await list()).map(({ key_id }) => key_id)).toEqual(['key_1', 'key_2'])
    expect(await delayed).toBe(200)
    await expect.poll(() => dataOf('update').map(({ status }) => status)).toEqual([404, 404, 200])
    expect((await list()).map(({ key_id }) => key_id)).toEqual(['key_1', 'key_2'])
  })
})

describe('`since_previous_ms`', () => {
  test('is the time between the arrivals of two attempts, also if the first is still delayed', async () => {
    const { addFault, send, list } = await startServer()
    await addFault({ operation: 'create', kind: 'delay', ms: 400 })
    const attempt = (count: number) =>
      send('POST', '', { body: { name: 'x' }, headers: { 'x-stainless-retry-count': String(count) } })
    const first = attempt(0)
    await expect.poll(countOf(list)).toBe(1)
    await sleep(100)
    expect(await attempt(1)).toBe(200)
    const pausesWhilePending = (await list()).map(({ since_previous_ms }) => since_previous_ms)
    await first
    const pauses = (await list()).map(({ since_previous_ms }) => since_previous_ms)
    expect(pauses).toEqual([null, expect.any(Number)])
    expect(pauses[1]).toBeGreaterThan(95)
    expect(pauses[1]).toBeLessThan(395)
    expect(pausesWhilePending).toEqual(pauses)
  })

  test('is null while a body arrives that tells which request is retried', async () => {
    const { url, list } = await startServer()
    const other = startCreate(url, 'x-stainless-retry-count: 0\r\n')
    await expect.poll(countOf(list)).toBe(1)
    const retry = startCreate(url, 'x-stainless-retry-count: 1\r\n')
    await expect.poll(countOf(list)).toBe(2)
    expect((await list()).map(({ since_previous_ms }) => since_previous_ms)).toEqual([null, null])
    other.write('"a"}')
    retry.write('"a"}')
    await expect.poll(async () => (await list())[1].since_previous_ms).toBeGreaterThan(0)
  })
})

describe('the journal stream', () => {
  test('sends `entry` when a request arrives and `update` when its entry is complete', async () => {
    const { addFault, send, list, url } = await startServer()
    await addFault({ operation: 'create', kind: 'delay', ms: 300 })
    const { events, dataOf } = await followStream(url)
    const delayed = send('POST', '', { body: { name: 'x' } })
    await expect.poll(() => dataOf('entry')).toMatchObject([{ method: 'POST', status: null, fault_id: 'fault_1' }])
    await send('GET')
    expect(await delayed).toBe(200)
    await expect.poll(() => dataOf('update')).toHaveLength(2)
    const sent = events.flatMap(({ event, data }) => (event === 'changed' ? [] : [[event, data.method, data.status]]))
    expect(sent).toEqual([
      ['entry', 'POST', null],
      ['entry', 'GET', null],
      ['update', 'GET', 200],
      ['update', 'POST', 200],
    ])
    expect(dataOf('update').reverse()).toEqual(await list())
  })

  test('sends an `update` that matches the filter, also if the pending entry did not', async () => {
    const { send, url } = await startServer()
    const byStatus = await followStream(url, '?status=404')
    const byMethod = await followStream(url, '?method=GET&status=2xx')
    await send('GET', '/key_x')
    await send('GET')
    await send('POST', '', { body: { name: 'x' } })
    await expect.poll(() => byStatus.dataOf('update')).toMatchObject([{ key_id: 'key_x' }])
    expect(byStatus.dataOf('entry')).toEqual([])
    await expect.poll(() => byMethod.dataOf('update')).toHaveLength(1)
    expect(byMethod.dataOf('entry')).toEqual([])
  })

  test('replays pending entries, and updates them when they are complete', async () => {
    const { addFault, send, list, url } = await startServer()
    await addFault({ operation: 'create', kind: 'delay', ms: 400 })
    await send('GET', '/key_1')
    const delayed = send('POST', '', { body: { name: 'x' } })
    await expect.poll(countOf(list)).toBe(2)
    const { events } = await followStream(url, '?since=req_unknown')
    await delayed
    await expect.poll(() => events.filter(({ event }) => event === 'update')).toHaveLength(1)
    const sent = events.flatMap(({ event, data }) => (event === 'changed' ? [] : [[event, data.method, data.status]]))
    expect(sent).toEqual([
      ['entry', 'GET', 404],
      ['entry', 'POST', null],
      ['update', 'POST', 200],
    ])
  })
})

describe('what a stream sends of other changes', () => {
  const written = [{ what: 'keys' }, { what: 'audit_logs' }]
  const changes: [string, (server: Server) => Promise<unknown>, object[]][] = [
    ['a created key', ({ send }) => send('POST', '', { body: { name: 'x' } }), written],
    ['a rejected create', ({ send }) => send('POST', '', { body: {} }), []],
    ['a list', ({ send }) => send('GET'), []],
    ['added keys', ({ control }) => control('POST', '/state', { keys: [{ name: 'x' }] }), [{ what: 'keys' }]],
    ['an advanced clock', ({ control }) => control('PUT', '/clock', { advance: '1d' }), [{ what: 'clock' }]],
    ['a rejected clock', ({ control }) => control('PUT', '/clock', { advance: 'x' }), []],
    ['the system clock', ({ control }) => control('DELETE', '/clock'), [{ what: 'clock' }]],
    ['a behavior', ({ control }) => control('PATCH', '/behavior', { auth: 'any' }), [{ what: 'behavior' }]],
    ['a snapshot', ({ control }) => control('PUT', '/snapshots/s'), [{ what: 'snapshots' }]],
    ['a cleared journal', ({ control }) => control('DELETE', '/journal'), [{ what: 'journal' }]],
    ['a new sandbox', ({ control }) => control('POST', '/sandboxes', { name: 'new' }), [{ what: 'sandboxes' }]],
    ['a removed sandbox', ({ control }) => control('DELETE', '/sandboxes/other'), [{ what: 'sandboxes' }]],
    ['a first request', ({ call }) => call('GET', `/sandbox/first${keysUrl}`), [{ what: 'sandboxes' }]],
    ['a change of another sandbox', ({ control }) => control('DELETE', '/clock', undefined, 'other'), []],
    ['reads', ({ control }) => Promise.all(['/clock', '/state', '/faults'].map((path) => control('GET', path))), []],
    [
      'a fault that fires',
      async ({ addFault, send }) => {
        await addFault({ operation: 'list', kind: 'error', status: 500 })
        await send('GET')
      },
      [{ what: 'faults' }],
    ],
    [
      'a key that is used later than before',
      async ({ control, send }) => {
        await control('PUT', '/clock', { advance: '1s' })
        await send('GET')
      },
      [{ what: 'clock' }, { what: 'keys' }],
    ],
    ['a created key of a control', ({ control }) => control('POST', '/keys', { name: 'x' }), written],
    [
      'a key that a control deletes',
      async ({ control }) => {
        const { data } = (await control('GET', '/keys')).body
        await control('DELETE', `/keys/${data[0].id}`)
      },
      written,
    ],
    ['a deleted snapshot', ({ control }) => control('DELETE', '/snapshots/kept'), [{ what: 'snapshots' }]],
    [
      'a copied sandbox',
      ({ control }) => control('POST', '/sandboxes', { name: 'copy', from: { sandbox: 'default' } }),
      [{ what: 'sandboxes' }],
    ],
    [
      'a create under `state: discarded`',
      async ({ control, send }) => {
        await control('PATCH', '/behavior', { state: 'discarded' })
        await send('POST', '', { body: { name: 'x' } })
      },
      [{ what: 'behavior' }],
    ],
  ]

  test.each(changes)('after %s', async (_description, change, expected) => {
    const server = await startServer()
    await server.control('GET', '/clock', undefined, 'other')
    await server.control('PUT', '/snapshots/kept')
    // The admin key is used once a second.
    await server.control('PUT', '/clock', { frozen: true })
    await server.send('GET')
    const { dataOf } = await followStream(server.url)
    await change(server)
    await sleep(100)
    await server.control('DELETE', '/faults')
    await expect.poll(() => dataOf('changed')).toEqual([...expected, { what: 'faults' }])
    expect(dataOf('reset')).toEqual([])
  })

  test('after hundreds of requests each part is named a few times, and after the last of them', async () => {
    const { addFault, send, url } = await startServer()
    await addFault({ operation: 'create', kind: 'delay', ms: 1, times: null })
    const { dataOf } = await followStream(url)
    for (let n = 0; n < 20; n++) {
      await Promise.all(Array.from({ length: 20 }, () => send('POST', '', { body: { name: 'x' } })))
    }
    const before = dataOf('changed').length
    expect(before).toBeLessThan(200)
    await send('POST', '', { body: { name: 'last' } })
    const last = () =>
      dataOf('changed')
        .slice(before)
        .map(({ what }) => what)
    await expect.poll(last).toEqual(expect.arrayContaining(['keys', 'faults']))
  })

  test.each<[string, (server: Server) => Promise<unknown>]>([
    ['a reset', ({ control }) => control('POST', '/reset')],
    ['a reset of the clock', ({ control }) => control('POST', '/reset', { only: ['clock'] })],
    ['a restore', ({ control }) => control('POST', '/snapshots/s/restore')],
    ['a load', ({ control }) => control('PUT', '/state', {})],
  ])('%s sends `reset`, and the stream goes on', async (_description, reset) => {
    const server = await startServer()
    await server.control('PUT', '/snapshots/s')
    const { events, dataOf } = await followStream(server.url)
    await reset(server)
    await server.send('GET')
    await reset(server)
    await server.send('GET', '/key_x')
    await expect.poll(() => dataOf('update').map(({ status }) => status)).toEqual([200, 404])
    const sent = events.map(({ event }) => event).filter((event) => event !== 'changed')
    expect(sent).toEqual(['reset', 'entry', 'update', 'reset', 'entry', 'update'])
  })
})

test('the removal of a sandbox ends its streams with `end`, after what has changed, and no other stream', async () => {
  const { control, url } = await startServer()
  await control('GET', '/clock', undefined, 'other')
  const removed = await followStream(`${url}/sandbox/other`)
  const other = await followStream(url)
  await control('PATCH', '/behavior', { auth: 'any' }, 'other')
  await control('DELETE', '/sandboxes/other')
  await removed.closed
  expect(removed.events).toEqual([
    { event: 'changed', data: { what: 'behavior' } },
    { event: 'end', data: {} },
  ])
  await expect.poll(() => other.events).toEqual([{ event: 'changed', data: { what: 'sandboxes' } }])
})

test.each<[string, (server: Server) => Promise<unknown>]>([
  ['a reset', ({ control }) => control('POST', '/reset')],
  ['a reset of the keys', ({ control }) => control('POST', '/reset', { only: ['keys'] })],
  ['a restore', ({ control }) => control('POST', '/snapshots/s/restore')],
  ['a load', ({ control }) => control('PUT', '/state', {})],
])('%s removes the pending requests from the journal, and no stream completes them', async (description, reset) => {
  const server = await startServer()
  const { control, send, addFault, list, url } = server
  await control('PUT', '/snapshots/s')
  await send('GET', '/key_before')
  for (const fault of [
    { operation: 'list', kind: 'hang' },
    { operation: 'get', kind: 'delay', ms: 300 },
    { operation: 'delete', kind: 'delay', ms: 300, when: 'after_commit' },
  ]) {
    await addFault(fault)
  }
  const { id } = (await server.call('POST', keysUrl, { body: { name: 'x' } })).body
  const { dataOf } = await followStream(url)
  const waiting = [send('GET'), send('GET', '/key_pending'), send('DELETE', `/${id}`)]
  startCreate(url)
  await expect.poll(countOf(list)).toBe(6)
  await reset(server)
  const kept = description === 'a reset' ? [] : ['key_before', id]
  expect((await list()).map(({ key_id }) => key_id)).toEqual(kept)
  expect(await Promise.all(waiting)).toEqual([0, 0, 0])
  await sleep(400)
  await control('DELETE', '/faults')
  await send('GET', '/key_after')
  expect((await list()).map(({ key_id }) => key_id)).toEqual([...kept, 'key_after'])
  await expect.poll(() => dataOf('update').map(({ key_id }) => key_id)).toEqual(['key_after'])
})
