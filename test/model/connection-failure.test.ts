import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { SocketClient } from './harness/client.ts'
import { ModelRunner } from './harness/model-runner.ts'
import { ShellScript } from './harness/shell-script.ts'

/** Starts a server that responds to the first request of a connection, and does `onSecond` with the second. */
async function startServer(onSecond: (socket: Socket) => void) {
  const ports: (number | undefined)[] = []
  const server = createServer((socket) => {
    ports.push(socket.remotePort)
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')
      socket.once('data', () => onSecond(socket))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new SocketClient((server.address() as AddressInfo).port)
  onTestFinished(() => {
    client.close()
    server.close()
  })
  return { client, ports }
}

test.each([
  ['is reset', (socket: Socket) => void socket.resetAndDestroy(), 'read ECONNRESET'],
  ['ends', (socket: Socket) => void socket.end(), 'ended by the server'],
])('a model mismatch describes the connection that %s without a response', async (_name, onSecond, cause) => {
  const { client, ports } = await startServer(onSecond)
  const runner = new ModelRunner({ client, names: ['a'], script: new ShellScript('') })
  const request = { method: 'GET', path: keysUrl }
  await runner.send(request)
  const { outcome } = await runner.send(request)
  const mismatch = () => runner.assertEqual(request, { kind: 'response', status: 200, text: '{}' }, outcome)
  const age = String.raw`open for \d+ ms`
  expect(mismatch).toThrow(new RegExp(`connection: local port ${ports[0]}, ${age}, 1 response before: ${cause}\n`))
})

test('a model mismatch of a response does not describe the connection', async () => {
  const { client } = await startServer(() => {})
  const runner = new ModelRunner({ client, names: ['a'], script: new ShellScript('') })
  const request = { method: 'GET', path: keysUrl }
  const { outcome } = await runner.send(request)
  const mismatch = () => runner.assertEqual(request, undefined, outcome)
  expect(mismatch).toThrow('received: {} (200)')
  expect(mismatch).not.toThrow('connection:')
})
