import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'

const request = (path: string, header = '') =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${adminKey}\r\n${header}\r\n`

/** Sends bytes on a new connection and resolves to everything received until the server closes it. */
const exchange = (port: number, bytes: string) =>
  new Promise<string>((resolve) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (text) => (received += text))
    socket.setTimeout(3000, () => socket.destroy(new Error('the connection stays open')))
    socket.on('error', () => {}).on('close', () => resolve(received))
  })

test.each([
  ['the emulated API', keysUrl],
  ['the control API', '/_emulator/clock'],
  ['the health check', '/health'],
])('an exception while a response of %s is sent closes its connection only', async (_name, path) => {
  const { listen } = await startApp({
    breaksResponses: true,
    onAppCreated: (app) =>
      app.addHook('onRequest', async ({ headers }, reply) => {
        // Node refuses the header when it writes the response.
        if (headers['x-break'] === 'yes') reply.header('x-broken', 'line\nbreak')
      }),
  })
  const url = await listen()
  const port = Number(new URL(url).port)
  const broken = request(path, 'X-Break: yes\r\n')
  expect(await exchange(port, broken)).toBe('')
  // Also behind another request on the same connection, where no batch sends the response.
  const received = await exchange(port, request(path) + broken + request(path))
  expect(received.match(/^HTTP\/1.1/gm)).toHaveLength(1)
  const headers = { authorization: `Bearer ${adminKey}` }
  expect((await fetch(url + keysUrl, { headers })).status).toBe(200)
})
