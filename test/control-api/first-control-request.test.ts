import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { programPath, startProcess } from '../support/program.ts'

const maxOpenFiles = 40

/** Starts the built program with few file descriptors; returns its port, its output and how many it has open. */
async function serveWithFewFiles() {
  const script = `ulimit -n ${maxOpenFiles}; exec "$0" "$@"`
  const args = [
    '-c',
    script,
    process.execPath,
    programPath,
    '--port',
    '0',
    '--host',
    '127.0.0.1',
    '--log-format',
    'json',
  ]
  const { child, output } = startProcess('bash', args, {})
  const portOf = () => /http:\/\/127\.0\.0\.1:(\d+)/.exec(output.stdout + output.stderr)?.[1]
  await expect.poll(portOf, { timeout: 10_000 }).toBeDefined()
  return { port: Number(portOf()), output, openFiles: () => readdirSync(`/proc/${child.pid}/fd`).length }
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Sends a request on an open connection and returns the response. */
async function sendOn(socket: Socket, path: string): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  const [data] = await once(socket, 'data')
  return String(data)
}

test('a first control request that finds no free file descriptor gets 503, and the next one is served', async () => {
  const { port, output, openFiles } = await serveWithFewFiles()
  const own = await open(port)
  expect(await sendOn(own, '/health')).toContain(' 200 ')
  const others = await Promise.all(Array.from({ length: 2 * maxOpenFiles }, () => open(port)))
  // They are connected before the server accepts them. It keeps one descriptor, to refuse connections with it.
  await expect.poll(openFiles).toBeGreaterThanOrEqual(maxOpenFiles - 1)
  await expect.poll(async () => (await sendOn(own, '/_emulator/clock')).split('\r\n')[0]).toContain(' 503 ')
  const response = await sendOn(own, '/docs')
  expect(response).toContain('"code":"storage_unavailable"')
  expect(response).toContain('too many open files')
  expect(output.stderr + output.stdout).not.toMatch(/\\n +at |"stack"/)
  for (const socket of others) socket.destroy()
  await expect
    .poll(async () => {
      const paths = ['/_emulator/clock', '/openapi.json', '/docs/', '/docs/static/index.css']
      return Promise.all(paths.map(async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).status))
    })
    .toEqual([200, 200, 200, 200])
})
