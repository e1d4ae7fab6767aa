import { connect } from 'node:net'

/**
 * Sends bytes over a connection of its own and answers all that comes back until the other side closes it, or falls
 * silent for `quiet` milliseconds, or is silent from the beginning for `giveUp`. With `end` our side is closed after sending.
 */
export function exchangeRaw(
  url: string,
  bytes: string | Buffer | (string | Buffer)[],
  { quiet = 120, end = false, giveUp = 5000 } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
    const received: Uint8Array[] = []
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(received).toString('latin1'))
    }
    let timer = setTimeout(finish, giveUp)
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk)
      clearTimeout(timer)
      timer = setTimeout(finish, quiet)
    })
    socket.on('end', finish)
    socket.on('error', (error: NodeJS.ErrnoException) => (received.length > 0 ? finish() : reject(error)))
    for (const part of [bytes].flat()) socket.write(part)
    if (end) socket.end()
  })
}

/** The status of a raw answer and its JSON body. */
export function parseRaw(answer: string): {
  status: number
  headers: string
  text: string
  body: { error: Record<string, unknown> }
} {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2)
  return { status: Number(head.split(' ')[1]), headers: head.toLowerCase(), text: body, body: JSON.parse(body) }
}
