import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { serve } from '../support/program.ts'
import { sendRaw } from '../support/raw-http.ts'

// The journal parses bodies when it is read: it is full of JSON that takes long to parse.
const manyFields = JSON.stringify(Object.fromEntries(Array.from({ length: 1400 }, (_, n) => [`k${n}`, n])))

const requestOf = (method: string, path: string, body = '') =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

async function startWithFullJournal(): Promise<string> {
  const { url } = await serve(['--log-level', 'error'])
  for (let n = 0; n < 5; n++) await sendRaw(url, requestOf('POST', '/v1/x', manyFields).repeat(100))
  return url
}

/** Returns how long a request takes, in milliseconds. */
async function timeOf(url: string, path: string, body?: string): Promise<number> {
  const startedAt = performance.now()
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url + path, body === undefined ? {} : { method: 'POST', headers, body })
  expect(response.status).toBe(200)
  await response.text()
  return performance.now() - startedAt
}

async function sendAndDisconnect(url: string, bytes: string, connections: number): Promise<void> {
  const sockets = await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) }, () => resolve(socket))
          socket.on('error', reject)
        }),
    ),
  )
  for (const socket of sockets) socket.write(bytes)
  await sleep(100)
  for (const socket of sockets) socket.destroy()
  await sleep(50)
}

const verification = JSON.stringify({ json: { ...Array(10_000).fill(1) } })

test.each([
  ['a verification of the journal', '/_emulator/journal/verify', verification],
  ['a list of the journal', '/_emulator/journal', undefined],
])(
  '%s stops when its client disconnects',
  async (_name, path, body) => {
    const url = await startWithFullJournal()
    await timeOf(url, path, body)
    const alone = await timeOf(url, path, body)
    await sendAndDisconnect(url, requestOf(body === undefined ? 'GET' : 'POST', path, body), 30)
    // Those of the disconnected clients would take 30 times as long.
    expect(await timeOf(url, path, body)).toBeLessThan(10 * alone)
  },
  60_000,
)
