import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { serve } from '../support/program.ts'
import { readRss } from '../support/rss.ts'

const listRequest = `GET ${keysUrl} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${adminKey}\r\n\r\n`

/** Opens a connection that sends `count` requests and reads nothing until it is resumed. */
function sendUnread(url: string, count: number): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.pause().on('error', () => {})
  socket.write(listRequest.repeat(count))
  onTestFinished(() => void socket.destroy())
  return socket
}

test('200,000 pipelined requests that nobody reads neither block others, nor fill the memory, nor delay the end', async () => {
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
