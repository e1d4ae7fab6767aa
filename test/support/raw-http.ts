import { connect } from 'node:net'

/**
 * Sends bytes on a new connection and resolves to everything received until the server closes it. Also stops `quietMs`
 * after the last received bytes, or after `timeoutMs` without any. `halfClose` half-closes the connection after
 * sending.
 */
export function sendRaw(
  url: string,
  bytes: string | Buffer | (string | Buffer)[],
  { quietMs = 120, timeoutMs = 5000, halfClose = false } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), allowHalfOpen: true })
    const received: Uint8Array[] = []
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(received).toString('latin1'))
    }
    let timer = setTimeout(finish, timeoutMs)
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk)
      clearTimeout(timer)
      timer = setTimeout(finish, quietMs)
    })
    socket.on('end', finish)
    socket.on('error', (error: NodeJS.ErrnoException) => (received.length > 0 ? finish() : reject(error)))
    for (const part of [bytes].flat()) socket.write(part)
    if (halfClose) socket.end()
  })
}

/** Parses a response with a JSON body. `headers` is the whole head in lower case. */
export function parseRawResponse(response: string): {
  status: number
  headers: string
  text: string
  body: { error: Record<string, unknown> }
} {
  const [head = '', body = ''] = response.split('\r\n\r\n', 2)
  return { status: Number(head.split(' ')[1]), headers: head.toLowerCase(), text: body, body: JSON.parse(body) }
}
