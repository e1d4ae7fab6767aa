import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface ProxiedRequest {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

export interface ProxiedResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Changes requests and responses in place. `response` also gets the request as the client sent it. */
export interface Tamper {
  request?: (request: ProxiedRequest) => void
  response?: (response: ProxiedResponse, request: ProxiedRequest) => void
}

/**
 * Starts a proxy for the server at `targetUrl` that changes what it forwards. It stops after the test. `traffic` holds
 * the requests as the client sent them and the responses as it received them.
 */
export async function startTamperingProxy(targetUrl: string, tamper: Tamper = {}) {
  const traffic: { request: ProxiedRequest; response: ProxiedResponse }[] = []
  const server = createServer({ requireHostHeader: false }, async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const forwarded = { method, url, headers: { ...headers, connection: 'close' }, body: await readBody(incoming) }
    const received = { ...forwarded }
    tamper.request?.(forwarded)
    const response = await forward(forwarded, targetUrl)
    tamper.response?.(response, received)
    traffic.push({ request: received, response: structuredClone(response) })
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = response.headers
    outgoing.writeHead(response.status, rest as Record<string, string>).end(response.text)
  })
  return { url: await listen(server), traffic }
}

async function forward(forwarded: ProxiedRequest, targetUrl: string): Promise<ProxiedResponse> {
  const { method, url: path, headers, body } = forwarded
  const { port } = new URL(targetUrl)
  const options = { hostname: '127.0.0.1', port, method, path, headers, agent: false, setHost: false }
  const [response] = (await once(request(options).end(body), 'response')) as [IncomingMessage]
  const text = (await readBody(response)).toString()
  return { status: response.statusCode ?? 0, headers: response.headers, text }
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * Starts a server that knows nothing of the API and responds to each URL with the given body and status. It stops after
 * the test. Returns its base URL.
 */
export async function startFakeServer(bodyFor: (url: string) => string, statusFor = (_url: string) => 200) {
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(statusFor(url), { 'content-type': 'application/json' }).end(bodyFor(url))
  })
  return `${await listen(server)}/v1`
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
