import { type Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export const keysPath = '/v1/organization/admin_api_keys'
export const authorization = 'Bearer sk-admin-local'
export const inSandbox = (name: string) => `/sandbox/${name}${keysPath}`

export interface RequestOptions {
  method?: string
  path: string
  /** By default the admin key's. */
  authorization?: string
  body?: string
  agent?: Agent
}

export interface HttpResponse {
  status: number
  /** In the order and spelling received. */
  headers: Record<string, string>
  body: string
}

/** Sends one request, by default with the admin key, on a new connection unless an agent keeps one alive. */
export function sendRequest(
  port: number,
  { method = 'GET', path, authorization: credentials = authorization, body, agent }: RequestOptions,
): Promise<HttpResponse> {
  const headers = {
    Authorization: credentials,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  }
  return new Promise((resolve, reject) => {
    const clientRequest = request(
      { host: '127.0.0.1', port, method, path, headers, agent: agent ?? false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode as number, headers: headersFromRaw(response.rawHeaders), body: text }),
        )
      },
    )
    clientRequest.on('error', reject).end(body)
  })
}

/** Sends a request and throws unless the status is below 300. */
export async function requestOk(port: number, options: RequestOptions): Promise<HttpResponse> {
  const response = await sendRequest(port, options)
  if (response.status < 300) return response
  throw new Error(`${options.method ?? 'GET'} ${options.path} returned ${response.status}: ${response.body}`)
}

/** Polls every 2 ms until a response is 2xx. Throws if the server ends first or after two minutes. */
export async function waitUntilOk(port: number, path: string, isRunning: () => boolean): Promise<void> {
  const deadline = performance.now() + 120_000
  while (performance.now() < deadline) {
    const status = await sendRequest(port, { path }).then(
      (response) => response.status,
      () => undefined,
    )
    if (status !== undefined && status >= 200 && status < 300) return
    if (!isRunning()) throw new Error('it ended before its first response')
    await sleep(2)
  }
  throw new Error(`${path} did not return 2xx within two minutes`)
}

const headersFromRaw = (rawHeaders: readonly string[]): Record<string, string> =>
  Object.fromEntries(rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, rawHeaders[i + 1] as string]] : [])))
