import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long a hostile client holds what it has opened. */
const holdMs = 500

const headers = 'Host: localhost\r\nAuthorization: Bearer sk-admin-local\r\nContent-Type: application/json\r\n'

/** Returns the bytes of a request with the admin key. */
export const requestText = (method: string, path: string, body = '', extraHeaders = ''): string =>
  `${method} ${path} HTTP/1.1\r\n${headers}${extraHeaders}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** Returns a connection on which nothing is read. Whatever happens to it is ignored. */
export function openUnread(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => {})
  return socket.pause()
}

/** Sends bytes on several connections, reads nothing, and resets the connections after a while. */
export async function sendUnread(port: number, count: number, bytes: string): Promise<undefined> {
  const sockets = Array.from({ length: count }, () => openUnread(port))
  for (const socket of sockets) socket.write(bytes)
  await sleep(holdMs)
  for (const socket of sockets) socket.resetAndDestroy()
}

/** Sends bytes and resolves to the statuses of all responses when the server ends the connection or nothing more arrives. */
export function exchange(port: number, bytes: string): Promise<number[]> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let text = ''
    const finish = () => {
      socket.destroy()
      resolve([...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status)))
    }
    socket.setTimeout(holdMs, finish)
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk
    })
    socket.on('error', finish).on('end', finish)
    socket.write(bytes)
  })
}
