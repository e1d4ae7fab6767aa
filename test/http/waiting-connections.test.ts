import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { requestText } from '../soak/hostile/sockets.ts'
import { keysUrl } from '../support/app.ts'
import { startServerWithFaults } from '../support/faults.ts'
import { serve } from '../support/program.ts'
import { readRss } from '../support/rss.ts'

const listRequest = requestText('GET', keysUrl)
const retrieveRequests = (count: number) => requestText('GET', `${keysUrl}/key_x`).repeat(count)
const largeCreate = requestText('POST', keysUrl, `{"name":"${'x'.repeat(512 * 1024)}"}`)

async function startServer() {
  const server = await startServerWithFaults({ breaksResponses: true })
  const list = async (query = '') => (await server.control('GET', `/journal${query}`)).body.data
  /** Sends bytes on a new connection, and resolves once its first request waits and the rest has arrived. */
  async function send(bytes: string): Promise<Socket> {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.on('error', () => {})
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    socket.write(bytes)
    await expect.poll(async () => (await list()).length).toBe(1)
    await sleep(100)
    return socket
  }
  return { ...server, list, send }
}

const hang = { operation: 'list', kind: 'hang' }
const delay = { operation: 'list', kind: 'delay', ms: 60_000 }
const lateDelay = { ...delay, when: 'after_commit' }

describe('a request that waits is completed soon after its client has left', () => {
  test.each<[what: string, fault: object, bytes: string]>([
    ['a hang with 150 requests behind it', hang, listRequest + retrieveRequests(150)],
    ['a hang with 3,000 requests behind it', hang, listRequest + retrieveRequests(3000)],
    ['a hang with a half-sent request behind 150 others', hang, listRequest + retrieveRequests(151).slice(0, -20)],
    ['a hang with a large body behind it', hang, listRequest + largeCreate],
    ['a delay with 150 requests behind it', delay, listRequest + retrieveRequests(150)],
    ['a delay with 3,000 requests behind it', delay, listRequest + retrieveRequests(3000)],
    ['a delay with a large body behind it', delay, listRequest + largeCreate],
    ['a delay after the commit with 150 requests behind it', lateDelay, listRequest + retrieveRequests(150)],
  ])('%s', async (_what, fault, bytes) => {
    const { addFault, send, list } = await startServer()
    await addFault(fault)
    const socket = await send(bytes)
    expect(await list('?delivered=false')).toEqual([])
    socket.destroy()
    await expect.poll(() => list('?delivered=false'), { timeout: 3000 }).toHaveLength(1)
    expect(await list()).toHaveLength(1)
  })
})

test('requests behind a delay are all processed, in order, when it ends', async () => {
  const { addFault, send, list } = await startServer()
  await addFault({ ...delay, ms: 1500 })
  const bodies = Array.from({ length: 30 }, (_, n) =>
    requestText('POST', keysUrl, `{"name":"${n}${'x'.repeat(9000)}"}`),
  )
  const socket = await send(listRequest + retrieveRequests(2000) + bodies.join('') + retrieveRequests(100))
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  const statuses = () => [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status))
  await expect.poll(() => statuses().length, { timeout: 15_000 }).toBe(2131)
  expect(statuses()).toEqual([200, ...Array(2000).fill(404), ...Array(30).fill(200), ...Array(100).fill(404)])
  const names = (await list('?operation=admin-api-keys-create')).map(({ json }: { json: { name: string } }) =>
    parseInt(json.name, 10),
  )
  expect(names).toEqual([...Array(30).keys()])
})

test.each([
  ['a body of 60 MB', requestText('POST', keysUrl, 'x'.repeat(60e6))],
  ['100,000 requests', retrieveRequests(100_000)],
])('a client that sends %s behind a hanging request does not fill the memory', async (_what, bytes) => {
  const { url, child } = await serve()
  await fetch(`${url}/_emulator/faults`, { method: 'POST', body: JSON.stringify(hang) })
  const before = readRss(child.pid)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {}).write(listRequest + bytes)
  onTestFinished(() => void socket.destroy())
  await sleep(2000)
  expect(readRss(child.pid) - before).toBeLessThan(20e6)
  expect((await fetch(`${url}/health`)).status).toBe(200)
})
