import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request on its way to a server. */
export interface Going {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  sent: Buffer
}

/** An answer on its way back. */
export interface Coming {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Bends what goes and what comes. */
export interface Bend {
  going?: (going: Going) => void
  coming?: (coming: Coming, going: Going) => void
}

/** A server that hands everything on to another, and bends it; gone after the test. `seen` is what was asked and answered. */
export async function startCrooked(to: string, { going: bendGoing, coming: bendComing }: Bend = {}) {
  const seen: { going: Going; coming: Coming }[] = []
  const server = createServer({ requireHostHeader: false }, async (incoming, response) => {
    const { method = '', url = '', headers } = incoming
    const going = { method, url, headers: { ...headers, connection: 'close' }, sent: await read(incoming) }
    const asked = { ...going }
    bendGoing?.(going)
    const coming = await handOn(going, to)
    bendComing?.(coming, asked)
    seen.push({ going: asked, coming: structuredClone(coming) })
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = coming.headers
    response.writeHead(coming.status, rest as Record<string, string>).end(coming.text)
  })
  return { url: await listen(server), seen }
}

async function handOn({ method, url: path, headers, sent }: Going, to: string): Promise<Coming> {
  const { port } = new URL(to)
  const onward = request({ hostname: '127.0.0.1', port, method, path, headers, agent: false, setHost: false }).end(sent)
  const [answer] = (await once(onward, 'response')) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: (await read(answer)).toString() }
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A server that knows nothing, and says of each URL what it is told to; gone after the test. Answers its base URL. */
export async function startForeign(say: (url: string) => string, statusOf = (_url: string) => 200): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(statusOf(url), { 'content-type': 'application/json' }).end(say(url))
  })
  return `${await listen(server)}/v1`
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
