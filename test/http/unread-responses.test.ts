import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl, startApp, type TestApp } from '../support/app.ts'
import { createCertificate } from '../support/certificate.ts'
import { serve } from '../support/program.ts'
import { readRss } from '../support/rss.ts'

const listRequest = `GET ${keysUrl} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminKey}\r\n\r\n`

const longName = 'x'.repeat(300_000)
/** Returns a seed whose export has about `megabytes` MB, in few keys: many would take long to insert. */
const seedOf = (megabytes: number) => `keys: [{ generate: ${Math.ceil(megabytes / 0.3)}, name: "${longName}{n}" }]`

/** Opens a connection that sends `count` requests and reads nothing until it is resumed. */
function sendUnread(url: string, count: number, request = listRequest): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.pause().on('error', () => {})
  socket.write(request.repeat(count))
  onTestFinished(() => void socket.destroy())
  return socket
}

test('200,000 pipelined requests with unread responses do not block others, fill the memory or delay the exit', async () => {
  const { url, child, finished } = await serve()
  const before = readRss(child.pid)
  sendUnread(url, 200_000)
  let slowest = 0
  for (let n = 0; n < 40; n++) {
    const startedAt = performance.now()
    expect((await fetch(`${url}/health`)).status).toBe(200)
    slowest = Math.max(slowest, performance.now() - startedAt)
    await sleep(50)
  }
  expect(slowest).toBeLessThan(1000)
  expect(readRss(child.pid) - before).toBeLessThan(150e6)
  const closedAt = performance.now()
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
  expect(performance.now() - closedAt).toBeLessThan(2000)
})

test('a client that reads late gets the responses to all pipelined requests', async () => {
  const { url } = await serve()
  const count = 5000
  const socket = sendUnread(url, count)
  await sleep(300)
  let responses = 0
  let rest = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('HTTP/1.1 200 OK')
    responses += parts.length - 1
    rest = (parts.at(-1) as string).slice(-20)
  })
  socket.resume()
  await expect.poll(() => responses, { timeout: 15_000 }).toBe(count)
})

/** Returns a connection whose first request hangs, with `count` requests of 18 bytes behind it. */
function sendTinyRequests(url: string, count: number) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const state = { isClosed: false, received: 0 }
  socket.on('error', () => {}).on('close', () => (state.isClosed = true))
  socket.on('data', ({ length }) => (state.received += length))
  socket.write(listRequest + 'GET / HTTP/1.1\r\n\r\n'.repeat(count))
  onTestFinished(() => void socket.destroy())
  return state
}

test('a connection is closed once more than 1,000 requests wait on it', async () => {
  const { url, output } = await serve(['--log-level', 'info'])
  await fetch(`${url}/_emulator/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'list', kind: 'hang', times: null }),
  })
  const patient = sendTinyRequests(url, 999)
  const greedy = sendTinyRequests(url, 20_000)
  await expect.poll(() => greedy.isClosed, { timeout: 10_000 }).toBe(true)
  expect(greedy.received).toBe(0)
  await expect.poll(() => output.stderr).toContain('"connection closed: more than 1,000 requests wait on it"')
  expect(patient.isClosed).toBe(false)
  expect((await fetch(`${url}/health`)).status).toBe(200)
})

describe('unread responses together', () => {
  const seed = seedOf(8)
  const exportRequest = 'GET /_emulator/state HTTP/1.1\r\nhost: x\r\n\r\n'

  test('are limited in bytes: connections unread for longest are closed, and a client that reads gets its response', async () => {
    const testApp = await startApp({ seed, maxUnreadBytes: 30e6 })
    const url = await testApp.listen()
    const connections: Socket[] = []
    const openIds = () => connections.slice(0, 6).flatMap(({ destroyed }, id) => (destroyed ? [] : [id]))
    testApp.app.server.on('connection', (socket) => connections.push(socket))
    for (let n = 0; n < 6; n++) {
      sendUnread(url, 1, exportRequest)
      await expect.poll(() => connections[n]?.writableLength, { timeout: 5000 }).toBeGreaterThan(2e6)
    }
    expect((await (await fetch(`${url}/_emulator/state`)).text()).length).toBeGreaterThan(6e6)
    expect(openIds().length).toBeLessThan(4)
    expect(openIds()).toEqual([0, 1, 2, 3, 4, 5].slice(-openIds().length))
    expect(openIds().length).toBeGreaterThan(1)
  }, 60_000)

  test('include event streams: those unread for longest are closed', async () => {
    const testApp = await startApp({ maxUnreadBytes: 1e6 })
    const url = await testApp.listen()
    const connections: Socket[] = []
    testApp.app.server.on('connection', (socket) => connections.push(socket))
    for (let n = 0; n < 4; n++) sendUnread(url, 1, 'GET /_emulator/journal/stream HTTP/1.1\r\nhost: x\r\n\r\n')
    await expect.poll(() => connections.length).toBe(4)
    // Each may have a backlog of 1 MiB, beyond what the system takes.
    const hasBacklog = () => connections.every(({ destroyed, writableLength }) => destroyed || writableLength > 5e5)
    while (!hasBacklog()) await testApp.call('POST', keysUrl, { body: { name: 'x'.repeat(16_000) } })
    const openStreams = () => connections.filter(({ destroyed }) => !destroyed).length
    expect(openStreams()).toBe(4)
    await expect.poll(openStreams, { timeout: 5000 }).toBe(1)
  }, 60_000)

  test('that are small stay while one response alone exceeds the limit', async () => {
    const testApp = await startApp({ seed, maxUnreadBytes: 20e6 })
    const url = await testApp.listen()
    const connections: Socket[] = []
    testApp.app.server.on('connection', (socket) => connections.push(socket))
    const unreadBytes = () => connections.map(({ writableLength }) => writableLength)
    sendUnread(url, 1, exportRequest)
    await expect.poll(() => unreadBytes()[0], { timeout: 5000 }).toBeGreaterThan(2e6)
    const more = { keys: [{ generate: 90, name: `${longName}{n}` }] }
    expect((await testApp.call('POST', '/_emulator/state', { body: more, as: null })).status).toBe(200)
    sendUnread(url, 1, exportRequest)
    await expect.poll(() => unreadBytes()[1], { timeout: 10_000 }).toBeGreaterThan(20e6)
    // The regular check comes once a second.
    await sleep(1500)
    expect(connections.map(({ destroyed }) => destroyed)).toEqual([false, false])
  }, 60_000)

  test('do not fill the memory, also those of the emulated API', async () => {
    // A small heap: otherwise the memory depends on when the strings of the responses are collected.
    const { url, child } = await serve([], {}, { execArgv: ['--max-old-space-size=128'] })
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    for (let n = 0; n < 100; n++) {
      await (await fetch(url + keysUrl, { method: 'POST', headers, body: JSON.stringify({ name: longName }) })).text()
    }
    const before = readRss(child.pid)
    for (let n = 0; n < 40; n++) {
      sendUnread(url, 1, listRequest.replace(keysUrl, `${keysUrl}?limit=100`))
      await (await fetch(`${url}/health`)).text()
    }
    await sleep(500)
    // More than 1 GB without a limit.
    expect(readRss(child.pid) - before).toBeLessThan(500e6)
    expect((await fetch(`${url + keysUrl}?limit=1`, { headers })).status).toBe(200)
  }, 60_000)
})

describe('an unread response', () => {
  const unreadTimeout = 600
  const exportRequest = 'GET /_emulator/state HTTP/1.1\r\nhost: x\r\n\r\n'
  const streamRequest = 'GET /_emulator/journal/stream?since=req_unknown HTTP/1.1\r\nhost: x\r\n\r\n'
  const seed = seedOf(18)

  /** Starts a server and a connection to it that sends `bytes` and reads nothing. */
  async function sendTo(testApp: TestApp, bytes: string) {
    const socket = connect(Number(new URL(await testApp.listen()).port), '127.0.0.1').pause()
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    socket.write(bytes)
    /** Returns how many connections the server has. */
    const count = () =>
      new Promise<number>((resolve) => testApp.app.server.getConnections((_error, connections) => resolve(connections)))
    await expect.poll(count).toBe(1)
    return { socket, count }
  }

  test.each([
    ['to many pipelined requests', listRequest.repeat(60_000), 'keys: [{ generate: 20, name: "key-{n}" }]'],
    ['that exports a large state', exportRequest, seed],
  ])('%s is ended, and others are served', async (_case, bytes, seed) => {
    const testApp = await startApp({ seed, unreadTimeout })
    const startedAt = performance.now()
    const { count } = await sendTo(testApp, bytes)
    await expect.poll(count, { timeout: 10_000, interval: 50 }).toBe(0)
    expect(performance.now() - startedAt).toBeGreaterThan(unreadTimeout)
    expect((await testApp.call('GET', keysUrl)).status).toBe(200)
  })

  test('is ended under TLS, too', async () => {
    const testApp = await startApp({ seed, unreadTimeout, tls: createCertificate() })
    const port = Number(new URL(await testApp.listen()).port)
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    const closed = new Promise((resolve) =>
      testApp.app.server.once('secureConnection', (each) => each.on('close', resolve)),
    )
    socket.on('error', () => {}).pause()
    onTestFinished(() => void socket.destroy())
    const startedAt = performance.now()
    socket.write(exportRequest)
    await closed
    expect(performance.now() - startedAt).toBeGreaterThan(unreadTimeout)
  })

  test('is not ended while its client reads slowly', async () => {
    const testApp = await startApp({ seed, unreadTimeout: 1500 })
    const { socket } = await sendTo(testApp, exportRequest.replace('1.1', '1.0'))
    let length = 0
    let pauses = 0
    socket.on('data', (chunk) => {
      length += chunk.length
      if (pauses === 4 || length < pauses * 1e6) return
      pauses++
      socket.pause()
      setTimeout(() => socket.resume(), 500)
    })
    socket.resume()
    await once(socket, 'end')
    expect(pauses).toBe(4)
    expect(length).toBeGreaterThan(15e6)
  })

  test.each([
    ['an idle connection', undefined],
    ['a connection whose request hangs', { operation: 'list', kind: 'hang' }],
    ['a connection whose response is delayed', { operation: 'list', kind: 'delay', ms: unreadTimeout * 4 }],
  ])('%s stays open', async (_case, fault) => {
    const testApp = await startApp({ unreadTimeout })
    if (fault !== undefined) await testApp.call('POST', '/_emulator/faults', { body: fault, as: null })
    const { count } = await sendTo(testApp, listRequest)
    await sleep(unreadTimeout * 3)
    expect(await count()).toBe(1)
  })

  test('of an event stream stays open: the stream limits its backlog itself', async () => {
    const testApp = await startApp({ unreadTimeout })
    // More than the system takes of a replay: the rest waits for the reader.
    for (let n = 0; n < 400; n++) await testApp.call('POST', keysUrl, { body: { name: 'x'.repeat(16_000) } })
    const { count } = await sendTo(testApp, streamRequest)
    await sleep(unreadTimeout * 3)
    expect(await count()).toBe(1)
  })
})
