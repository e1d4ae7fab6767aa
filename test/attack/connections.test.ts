import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { exchange, openUnread, requestText, sendUnread } from '../soak/hostile/sockets.ts'
import { keysUrl } from '../support/app.ts'
import { serve } from '../support/program.ts'
import { send } from './send.ts'
import { longestGapMs, measureWorstGap } from './worst-gap.ts'

// Built before measuring: the checks of the server's health run in this process, too.
const pipelinedLists = requestText('GET', keysUrl).repeat(20_000)
const pipelinedConnects = 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(5000)
const brokenHttp = 'GET / HTTP/9\r\n\r\n'.repeat(5000)
const longHead = `GET / HTTP/1.1\r\n${'x: y\r\n'.repeat(20_000)}\r\n`
const stream = requestText('GET', '/_emulator/journal/stream?since=unknown')
const documents = requestText('GET', '/openapi.yaml').repeat(20)

/** Opens connections that send a part of a request, wait, and are reset. */
async function leaveUnfinished(port: number): Promise<void> {
  const sockets = Array.from({ length: 200 }, () => openUnread(port))
  for (const [n, socket] of sockets.entries()) {
    socket.write(requestText('POST', keysUrl, '{"name":"abandoned"}').slice(0, -1 - n))
    if (n % 3 === 0) socket.end()
  }
  await sleep(200)
  for (const socket of sockets) socket.resetAndDestroy()
}

const attacks: [name: string, attack: (port: number) => Promise<unknown>][] = [
  ['thousands of pipelined requests whose responses are not read', (port) => sendUnread(port, 1, pipelinedLists)],
  ['a hundred journal streams with a replay that are not read', (port) => sendUnread(port, 100, stream)],
  ['large responses that are not read', (port) => sendUnread(port, 20, documents)],
  ['thousands of pipelined CONNECT requests', (port) => exchange(port, pipelinedConnects)],
  ['thousands of pipelined requests that are not HTTP', (port) => exchange(port, brokenHttp)],
  ['a head of thousands of headers', (port) => exchange(port, longHead)],
  ['hundreds of half-open connections and resets in the middle of a request', leaveUnfinished],
]

test.each(attacks)('the server responds within 100 ms beside %s', async (_name, attack) => {
  const { url, child } = await serve()
  const port = Number(new URL(url).port)
  await send(url, { path: '/openapi.yaml' })
  for (let n = 0; n < 200; n++) await send(url, { method: 'POST', path: keysUrl, body: '{"name":"journaled"}' })
  expect(await measureWorstGap(url, () => attack(port))).toBeLessThanOrEqual(longestGapMs)
  expect(child.exitCode).toBeNull()
})

test('the server responds within 100 ms beside a hundred streams that replay a full journal', async () => {
  const { url } = await serve()
  const body = JSON.stringify({
    name: 'journaled',
    ...Object.fromEntries(Array.from({ length: 100 }, (_, n) => [n, n])),
  })
  for (let n = 0; n < 1000; n++) await send(url, { method: 'POST', path: keysUrl, body })
  const attack = () => sendUnread(Number(new URL(url).port), 100, stream)
  expect(await measureWorstGap(url, attack)).toBeLessThanOrEqual(longestGapMs)
})
