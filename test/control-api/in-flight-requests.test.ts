import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { sandboxPath, startControlApp } from '../support/control-app.ts'
import { sendRaw } from '../support/raw-http.ts'

type ControlApp = Awaited<ReturnType<typeof startControlApp>>

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

/** Returns the head of a create with a body of `length` bytes. */
const createHead = (length: number, url = keysUrl) =>
  `POST ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

describe('a request in flight', () => {
  test.each(['reset', 'restore', 'load'])(
    'a create in flight during a %s is aborted: it creates no key and is not journaled',
    async (way) => {
      const { control, listen, names } = await startControlApp()
      await control('PUT', '/snapshots/s')
      const url = await listen()
      const responses = Array.from({ length: 8 }, () => sendRaw(url, `${createHead(20)}{"name":`, { quietMs: 3000 }))
      await sleep(100)
      if (way === 'reset') await control('POST', '/reset')
      else if (way === 'restore') await control('POST', '/snapshots/s/restore')
      else await control('PUT', '/state', {})
      for (const response of responses) expect(await response.catch(() => '')).toBe('')
      expect(await names()).toEqual(['Admin key'])
      const { body } = await control('GET', '/journal')
      expect(body.data.filter(({ method }: { method: string }) => method === 'POST')).toEqual([])
    },
  )

  test.each([[['journal']], [['faults']], [['clock']], [['behavior']], [['journal', 'faults', 'clock', 'behavior']]])(
    'a request in flight completes when only %j is reset',
    async (only) => {
      const { control, listen, names, create } = await startControlApp()
      await create({ name: 'existing' })
      const url = await listen()
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(Buffer.from('{"name":'))
          await sleep(100)
          expect((await control('POST', '/reset', { only })).body).toEqual({ reset: only })
          controller.enqueue(Buffer.from('"completed"}'))
          controller.close()
        },
      })
      const response = fetch(url + keysUrl, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
      expect((await response).status).toBe(200)
      expect(await names()).toEqual(['Admin key', 'existing', 'completed'])
      const operations = (await control('GET', '/journal')).body.data.map(
        ({ operation }: { operation: string }) => operation,
      )
      // The request had arrived, and so was in the journal, before the reset.
      const created = only.includes('journal') ? [] : ['admin-api-keys-create', 'admin-api-keys-create']
      expect(operations).toEqual([...created, 'admin-api-keys-list'])
    },
  )

  test.each(['reset', 'removed'])(
    'of 64 clients that create keys, none leaves a key of an earlier round when the sandbox is repeatedly %s',
    async (way) => {
      const { app, control, listen } = await startControlApp()
      const url = await listen()
      const sandbox = way === 'reset' ? 'default' : 'busy'
      let isOver = false
      let round = 0
      let count = 0
      // The round in which each request reached the server, possibly long after the client sent it.
      const arrivalRounds = new Map<unknown, number>()
      app.server.prependListener('request', ({ headers }) => arrivalRounds.set(headers['x-name'], round))
      const lateKeys: string[] = []
      const clients = Array.from({ length: 64 }, async () => {
        while (!isOver) {
          const name = `request ${++count}`
          // A body in two parts, so that some bodies are incomplete at every reset.
          const body = new ReadableStream({
            async start(controller) {
              controller.enqueue(Buffer.from('{"name":'))
              await sleep(Math.random() * 40)
              controller.enqueue(Buffer.from(`"${name}"}`))
              controller.close()
            },
          })
          const init = { method: 'POST', headers: { ...headers, 'x-name': name }, body, duplex: 'half' }
          await fetch(url + sandboxPath(sandbox, keysUrl), init as RequestInit)
            .then((response) => response.text())
            .catch(() => '')
        }
      })
      for (round = 1; round <= 30; round++) {
        // A request that arrives from here on may create its key before or after the reset; an earlier one must not.
        await (way === 'reset' ? control('POST', '/reset') : control('DELETE', `/sandboxes/${sandbox}`))
        await sleep(15)
        const { body } = await control('GET', '/state', undefined, sandbox)
        for (const { name } of body.keys) {
          const arrivalRound = Number(arrivalRounds.get(name))
          if (arrivalRound < round) lateKeys.push(`${name} of round ${arrivalRound}, in ${round}`)
        }
      }
      isOver = true
      await Promise.all(clients)
      expect(lateKeys).toEqual([])
      await control('POST', '/reset', {}, sandbox)
      expect((await control('GET', '/state', undefined, sandbox)).body.keys).toHaveLength(1)
    },
  )

  test('removing a sandbox aborts its delayed requests, which do not create it again', async () => {
    const { control, listen } = await startControlApp()
    const url = await listen()
    await control('POST', '/faults', { operation: '*', kind: 'delay', ms: 300, times: null }, 'a')
    await control('POST', '/faults', { operation: '*', kind: 'delay', ms: 300, times: null, when: 'after_commit' }, 'a')
    const responses = [
      sendRaw(url, `${createHead(12, sandboxPath('a', keysUrl))}{"name":"x"}`, { quietMs: 3000 }),
      sendRaw(
        url,
        `GET ${sandboxPath('a', keysUrl)} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`,
        { quietMs: 3000 },
      ),
    ]
    await sleep(100)
    const startedAt = performance.now()
    expect((await control('DELETE', '/sandboxes/a')).status).toBe(200)
    for (const response of responses) expect(await response.catch(() => '')).toBe('')
    expect(performance.now() - startedAt).toBeLessThan(200)
    await sleep(400)
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
    expect((await control('GET', '/journal', undefined, 'a')).body.data).toEqual([])
  })

  test('a request whose response is being patched is aborted by a reset and not journaled', async () => {
    const { control, call } = await startControlApp({ breaksResponses: true })
    await control('POST', '/faults', {
      operation: '*',
      kind: 'json_patch',
      patch: [{ op: 'add', path: '/x', value: 1 }],
    })
    const response = call('POST', keysUrl, { body: { name: 'x' } }).catch(() => 'aborted')
    // The key exists before its response is sent: the code that applies patches is loaded in between.
    await expect.poll(async () => (await control('GET', '/state')).body.keys.length, { interval: 0 }).toBe(2)
    await control('POST', '/reset')
    await Promise.race([response, sleep(300)])
    expect((await control('GET', '/journal')).body.data).toEqual([])
  })

  test('closing the server aborts delayed and hanging requests, also those whose delay starts after it', async () => {
    for (const fault of [
      { operation: '*', kind: 'delay', ms: 30_000 },
      { operation: '*', kind: 'delay', ms: 30_000, when: 'after_commit' },
      { operation: '*', kind: 'hang', when: 'after_commit' },
    ]) {
      const { control, listen, app } = await startControlApp()
      const url = await listen()
      await control('POST', '/faults', fault)
      const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
      socket.on('error', () => {})
      socket.write(`${createHead(12)}{"name":`)
      await sleep(60)
      const startedAt = performance.now()
      const closed = app.close()
      await sleep(60)
      socket.write('"x"}')
      await closed
      socket.destroy()
      expect([fault, performance.now() - startedAt]).toEqual([fault, expect.toSatisfy((ms) => ms < 1000)])
    }
  })

  test.each<[string, (app: ControlApp) => Promise<unknown>]>([
    ['the removal of the sandbox', ({ control }) => control('DELETE', '/sandboxes/a')],
    ['closing the server', ({ app }) => app.close()],
  ])('%s ends an open journal stream with an event that says so', async (_cause, end) => {
    const testApp = await startControlApp()
    const url = await testApp.listen()
    const stream = await fetch(`${url}/sandbox/a/_emulator/journal/stream`)
    await end(testApp)
    expect(await stream.text()).toBe(': journal\n\nevent: end\ndata: {}\n\n')
  })

  test('a journal stream that its client does not read is closed soon after its sandbox is removed', async () => {
    const { app, control, listen, call } = await startControlApp()
    const closed = new Promise((resolve) => {
      app.server.prependListener('request', (_request, response) => response.once('close', () => resolve('closed')))
    })
    const stalled = get(`${await listen()}/sandbox/a/_emulator/journal/stream`, (response) => response.pause())
    stalled.on('error', () => {})
    await sleep(100)
    const url = sandboxPath('a', keysUrl)
    for (let n = 0; n < 150; n++) await call('POST', url, { body: { name: 'x'.repeat(16_000) } })
    await control('DELETE', '/sandboxes/a')
    expect(await Promise.race([closed, sleep(3000)])).toBe('closed')
    stalled.destroy()
  })
})
