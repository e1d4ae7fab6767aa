import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { at, startControlled } from '../support/control-app.ts'
import { sendRaw } from '../support/raw-http.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
const headOf = (length: number, url = keysUrl) =>
  `POST ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

describe('what is in flight', () => {
  test.each(['reset', 'restore', 'load'])('leaves nothing to what a %s makes, nor to its journal', async (way) => {
    const { control, listen, names } = await startControlled()
    await control('PUT', '/snapshots/s')
    const url = await listen()
    const answers = Array.from({ length: 8 }, () => sendRaw(url, `${headOf(20)}{"name":`, { quietMs: 3000 }))
    await sleep(100)
    if (way === 'reset') await control('POST', '/reset')
    else if (way === 'restore') await control('POST', '/snapshots/s/restore')
    else await control('PUT', '/state', {})
    for (const answer of answers) expect(await answer.catch(() => '')).toBe('')
    expect(await names()).toEqual(['Admin key'])
    const { body } = await control('GET', '/journal')
    expect(body.data.filter(({ method }: { method: string }) => method === 'POST')).toEqual([])
  })

  test.each([[['journal']], [['faults']], [['clock']], [['behavior']], [['journal', 'faults', 'clock', 'behavior']]])(
    'goes on though %j are reset',
    async (what) => {
      const { control, listen, names, create } = await startControlled()
      await create({ name: 'made' })
      const url = await listen()
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(Buffer.from('{"name":'))
          await sleep(100)
          expect((await control('POST', '/reset', { only: what })).body).toEqual({ reset: what })
          controller.enqueue(Buffer.from('"in time"}'))
          controller.close()
        },
      })
      const sent = fetch(url + keysUrl, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
      expect((await sent).status).toBe(200)
      expect(await names()).toEqual(['Admin key', 'made', 'in time'])
      const operations = (await control('GET', '/journal')).body.data.map(
        ({ operation }: { operation: string }) => operation,
      )
      expect(operations).toEqual([
        ...(what.includes('journal') ? [] : ['admin-api-keys-create']),
        'admin-api-keys-create',
        'admin-api-keys-list',
      ])
    },
  )

  test.each(['reset', 'delete'])('64 clients create while the sandbox is %s again and again', async (way) => {
    const { app, control, listen } = await startControlled()
    const url = await listen()
    const sandbox = way === 'reset' ? 'default' : 'busy'
    let isOver = false
    let round = 0
    let count = 0
    // The round in which each request reached the server, which may be long after it was sent.
    const arrived = new Map<unknown, number>()
    app.server.prependListener('request', ({ headers }) => arrived.set(headers['x-name'], round))
    const strays: string[] = []
    const clients = Array.from({ length: 64 }, async () => {
      while (!isOver) {
        const name = `request ${++count}`
        // Bodies in two parts: some are on their way at every reset.
        const body = new ReadableStream({
          async start(controller) {
            controller.enqueue(Buffer.from('{"name":'))
            await sleep(Math.random() * 40)
            controller.enqueue(Buffer.from(`"${name}"}`))
            controller.close()
          },
        })
        const init = { method: 'POST', headers: { ...headers, 'x-name': name }, body, duplex: 'half' }
        await fetch(url + at(sandbox, keysUrl), init as RequestInit)
          .then((answer) => answer.text())
          .catch(() => '')
      }
    })
    for (round = 1; round <= 30; round++) {
      // What arrives from here on may be of either side; before it nothing may be.
      await (way === 'reset' ? control('POST', '/reset') : control('DELETE', `/sandboxes/${sandbox}`))
      await sleep(15)
      const { body } = await control('GET', '/state', undefined, sandbox)
      for (const { name } of body.keys) {
        if (Number(arrived.get(name)) < round) strays.push(`${name} of round ${arrived.get(name)}, in ${round}`)
      }
    }
    isOver = true
    await Promise.all(clients)
    expect(strays).toEqual([])
    await control('POST', '/reset', {}, sandbox)
    expect((await control('GET', '/state', undefined, sandbox)).body.keys).toHaveLength(1)
  })

  test('is cut by the removal of its sandbox during a delay, and makes no new one', async () => {
    const { control, listen } = await startControlled()
    const url = await listen()
    await control('POST', '/faults', { operation: '*', kind: 'delay', ms: 300, times: null }, 'a')
    await control('POST', '/faults', { operation: '*', kind: 'delay', ms: 300, times: null, when: 'after_commit' }, 'a')
    const answers = [
      sendRaw(url, `${headOf(12, at('a', keysUrl))}{"name":"x"}`, { quietMs: 3000 }),
      sendRaw(url, `GET ${at('a', keysUrl)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`, {
        quietMs: 3000,
      }),
    ]
    await sleep(100)
    const begun = performance.now()
    expect((await control('DELETE', '/sandboxes/a')).status).toBe(200)
    for (const answer of answers) expect(await answer.catch(() => '')).toBe('')
    expect(performance.now() - begun).toBeLessThan(200)
    await sleep(400)
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
    expect((await control('GET', '/journal', undefined, 'a')).body.data).toEqual([])
  })

  test('an answer that is still being patched is cut, and in no journal', async () => {
    const { control, call } = await startControlled({ breaksResponses: true })
    await control('POST', '/faults', {
      operation: '*',
      kind: 'json_patch',
      patch: [{ op: 'add', path: '/x', value: 1 }],
    })
    const asked = call('POST', keysUrl, { body: { name: 'x' } }).catch(() => 'cut')
    // The key is there before its answer: what applies patches is loaded first.
    await expect.poll(async () => (await control('GET', '/state')).body.keys.length, { interval: 0 }).toBe(2)
    await control('POST', '/reset')
    await Promise.race([asked, sleep(300)])
    expect((await control('GET', '/journal')).body.data).toEqual([])
  })

  test('ends with the server, also what begins to wait only then', async () => {
    for (const fault of [
      { operation: '*', kind: 'delay', ms: 30_000 },
      { operation: '*', kind: 'delay', ms: 30_000, when: 'after_commit' },
      { operation: '*', kind: 'hang', when: 'after_commit' },
    ]) {
      const { control, listen, app } = await startControlled()
      const url = await listen()
      await control('POST', '/faults', fault)
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
      socket.on('error', () => {})
      socket.write(`${headOf(12)}{"name":`)
      await sleep(60)
      const begun = performance.now()
      const closed = app.close()
      await sleep(60)
      socket.write('"x"}')
      await closed
      socket.destroy()
      expect([fault, performance.now() - begun]).toEqual([fault, expect.toSatisfy((ms) => ms < 1000)])
    }
  })

  test('a stream that is open is ended by a reset, and hears nothing of what was asked before', async () => {
    const { control, listen } = await startControlled()
    const url = await listen()
    const stream = await fetch(`${url}/_emulator/journal/stream`)
    const told = stream.text().catch(() => 'cut')
    await control('POST', '/reset')
    expect(await told).toBe('cut')
  })
})

describe('faults and discarded state', () => {
  test('after_commit fires and nothing stays; the journal has both', async () => {
    const { control, call, names } = await startControlled()
    await control('PATCH', '/behavior', { state: 'discarded' })
    await control('POST', '/faults', {
      operation: 'admin-api-keys-create',
      kind: 'error',
      status: 500,
      when: 'after_commit',
      times: 2,
    })
    for (const status of [500, 500, 200]) {
      expect((await call('POST', keysUrl, { body: { name: 'x' } })).status).toBe(status)
    }
    expect(await names()).toEqual(['Admin key'])
    const { body } = await control('GET', '/journal?operation=admin-api-keys-create')
    expect(body.data.map(({ status, fault_id }: Record<string, unknown>) => [status, fault_id])).toEqual([
      [500, 'fault_1'],
      [500, 'fault_1'],
      [200, null],
    ])
    await control('PUT', '/snapshots/s')
    await control('POST', '/reset')
    await call('POST', keysUrl, { body: { name: 'stays' } })
    expect(await names()).toEqual(['Admin key', 'stays'])
    await control('POST', '/snapshots/s/restore')
    expect((await control('GET', '/behavior')).body.state).toBe('discarded')
    await call('POST', keysUrl, { body: { name: 'gone' } })
    expect(await names()).toEqual(['Admin key'])
  })

  test('controls write though requests do not', async () => {
    const { control, names } = await startControlled({ seed: 'behavior: { state: discarded }' })
    await control('POST', '/state', { keys: [{ name: 'added' }] })
    await control('PUT', '/clock', { now: 5, frozen: true })
    expect(await names()).toEqual(['Admin key', 'added'])
    expect((await control('GET', '/clock')).body.unix).toBe(5)
  })

  test('under auth: any fire for whom nobody knows', async () => {
    const { control, call } = await startControlled({ seed: 'behavior: { auth: any }' })
    for (const status of [401, 403, 404]) {
      await control('POST', '/faults', { operation: '*', kind: 'error', status })
      const answer = await call('GET', keysUrl, { as: 'anybody' })
      expect([answer.status, answer.headers['x-emulator-reason']]).toEqual([status, expect.stringContaining('fault; ')])
    }
    await control('POST', '/faults', { operation: '*', kind: 'error', status: 500, match: { calling_key_id: 'key_x' } })
    expect((await call('GET', keysUrl, { as: 'anybody' })).status).toBe(200)
    expect((await call('GET', keysUrl, { as: null })).status).toBe(401)
  })
})

describe('many and large', () => {
  test('a state of 150,000 keys goes in and out', async () => {
    const { control, call } = await startControlled()
    const keys = Array.from({ length: 150_000 }, (_, n) => ({ id: `key_${n}`, name: `n${n}` }))
    expect((await control('PUT', '/state', { clock: { frozen: true }, keys })).body).toEqual({ keys: 150_001 })
    const { body: state } = await control('GET', '/state')
    expect((await control('PUT', '/state', state)).body).toEqual({ keys: 150_001 })
    expect((await control('GET', '/state')).body).toEqual(state)
    expect((await call('GET', `${keysUrl}/key_149999`)).status).toBe(200)
    await control('PUT', '/snapshots/big')
    await control('POST', '/reset')
    expect((await control('POST', '/snapshots/big/restore')).body.keys).toBe(150_001)
  }, 60_000)

  test('copies of copies each go back to what they began as', async () => {
    const { control, names } = await startControlled()
    for (let n = 0; n < 20; n++) {
      const from = n === 0 ? 'default' : `c${n - 1}`
      expect((await control('POST', '/sandboxes', { name: `c${n}`, from: { sandbox: from } })).status).toBe(201)
      await control('POST', '/state', { keys: [{ name: `n${n}` }] }, `c${n}`)
    }
    await control('POST', '/reset', {}, 'c3')
    for (let n = 19; n >= 0; n--) {
      await control('POST', '/reset', {}, `c${n}`)
      expect(await names(`c${n}`)).toEqual(['Admin key', ...Array.from({ length: n }, (_, k) => `n${k}`)])
    }
  })

  test('a thousand sandboxes, and not one more', async () => {
    const { control } = await startControlled()
    for (let n = 1; n < 1000; n++) {
      expect((await control('POST', '/sandboxes', { name: `s${n}` })).status).toBe(201)
    }
    expect((await control('POST', '/sandboxes', {})).status).toBe(503)
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1000)
    expect((await control('DELETE', '/sandboxes')).body.deleted).toHaveLength(999)
  }, 60_000)
})
