import { type Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export const keysPath = '/v1/organization/admin_api_keys'
export const authorization = 'Bearer sk-admin-local'
export const inSandbox = (name: string) => `/sandbox/${name}${keysPath}`

export interface Asked {
  method?: string
  path: string
  body?: string
  agent?: Agent
}

export interface Answer {
  status: number
  /** In the order and the spelling of the wire. */
  headers: Record<string, string>
  body: string
}

/** One request with the admin key, on a connection of its own unless an agent keeps one. */
export function ask(port: number, { method = 'GET', path, body, agent }: Asked): Promise<Answer> {
  const headers = {
    Authorization: authorization,
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: agent ?? false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode as number, headers: pairs(response.rawHeaders), body: text }),
      )
    })
    sent.on('error', reject).end(body)
  })
}

/** As `ask`, for what must go well. */
export async function askOk(port: number, asked: Asked): Promise<Answer> {
  const answer = await ask(port, asked)
  if (answer.status < 300) return answer
  throw new Error(`${asked.method ?? 'GET'} ${asked.path} was answered ${answer.status}: ${answer.body}`)
}

/** Asks every other millisecond until an answer is 2xx. */
export async function untilOk(port: number, path: string, isRunning: () => boolean): Promise<void> {
  const deadline = performance.now() + 120_000
  while (performance.now() < deadline) {
    const status = await ask(port, { path }).then(
      (answer) => answer.status,
      () => undefined,
    )
    if (status !== undefined && status >= 200 && status < 300) return
    if (!isRunning()) throw new Error('it ended before it answered')
    await sleep(2)
  }
  throw new Error(`it did not answer ${path} with 2xx within two minutes`)
}

const pairs = (raw: readonly string[]): Record<string, string> =>
  Object.fromEntries(raw.flatMap((name, i) => (i % 2 === 0 ? [[name, raw[i + 1] as string]] : [])))
