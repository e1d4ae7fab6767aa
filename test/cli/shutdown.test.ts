import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTemporaryFile } from '../support/files.ts'
import { serve, startProgram } from '../support/program.ts'
import { sendRaw } from '../support/raw-http.ts'
import { startCreate } from '../support/start-create.ts'

const portOf = (url: string) => new URL(url).port

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s completes a request in flight, then the server exits with 0',
  async (signal) => {
    const { url, child, finished } = await serve()
    const { finish, response } = await startCreate(url)
    child.kill(signal)
    await sleep(200)
    await expect(sendRaw(url, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow('ECONNREFUSED')
    finish()
    expect(await response).toMatchObject({
      status: 200,
      connection: 'close',
      text: expect.stringContaining('"name":"slow"'),
    })
    expect((await finished).code).toBe(0)
  },
)

test('an idle connection does not delay the shutdown', async () => {
  const { url, child, finished } = await serve()
  const idle = connect(Number(portOf(url)), '127.0.0.1')
  await new Promise((resolve) => idle.once('connect', resolve))
  idle.write(`GET /health HTTP/1.1\r\nHost: x\r\n\r\n`)
  await new Promise((resolve) => idle.once('data', resolve))
  const startedAt = performance.now()
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(2000)
  idle.destroy()
})

test('a request that never ends delays the shutdown by 5 s', async () => {
  const { url, child, finished } = await serve()
  const { response } = await startCreate(url)
  const failed = expect(response).rejects.toThrow()
  const startedAt = performance.now()
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
  expect(performance.now() - startedAt).toBeGreaterThan(4000)
  expect(performance.now() - startedAt).toBeLessThan(8000)
  await failed
})

test('a signal during the start exits with 0', async () => {
  const seed = createTemporaryFile('seed.yaml', 'keys: [{ generate: 100000, name: "k{n}" }]')
  const { child, finished } = startProgram(['--port', '0', '--seed', seed])
  await sleep(700)
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
})

test('a second signal exits with 1 without completing requests', async () => {
  const { url, child, finished } = await serve()
  const { response } = await startCreate(url)
  const failed = expect(response).rejects.toThrow()
  child.kill('SIGINT')
  await sleep(700)
  child.kill('SIGINT')
  expect((await finished).code).toBe(1)
  await failed
})

test('the same signal received twice within a moment, as from npm, counts once', async () => {
  const { url, child, finished } = await serve()
  const { finish, response } = await startCreate(url)
  child.kill('SIGINT')
  await sleep(50)
  child.kill('SIGINT')
  await sleep(200)
  finish()
  expect((await response).status).toBe(200)
  expect((await finished).code).toBe(0)
})

test('loading the pages at /docs does not delay the shutdown', async () => {
  const { url, child, finished } = await serve()
  const socket = connect(Number(portOf(url)), '127.0.0.1')
  socket.on('error', () => {})
  socket.write('GET /docs HTTP/1.1\r\nHost: x\r\n\r\n')
  const startedAt = performance.now()
  await sleep(5)
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(4000)
  socket.destroy()
})

test('a CONNECT whose client keeps the connection open does not delay the shutdown', async () => {
  const { url, child, finished } = await serve()
  const socket = connect({ port: Number(portOf(url)), host: '127.0.0.1', allowHalfOpen: true })
  socket.write('CONNECT example:443 HTTP/1.1\r\nHost: example:443\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  child.kill('SIGTERM')
  expect(await Promise.race([finished.then(({ code }) => code), sleep(4000)])).toBe(0)
  socket.destroy()
})
