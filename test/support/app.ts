import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { expect, onTestFinished } from 'vitest'
import { loadSeeds } from '../../src/sandbox/seed/load.ts'
import { type AppOptions, buildApp } from '../../src/server/app.ts'
import { temporaryFile } from './files.ts'
import { enterStage, type Staged } from './rerun.ts'
import { watchAnswers } from './response-contract.ts'

export const adminKey = 'sk-admin-local'
export const keysUrl = '/v1/organization/admin_api_keys'

export interface Call {
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is, declared as JSON. */
  rawBody?: string | Buffer
  /** The bearer token; `null` for no header at all. */
  as?: string | null
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Record<string, string | undefined>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: what tests look into is what they are there to find out
  body: any
}

export interface TestApp {
  app: FastifyInstance
  call(method: string, url: string, call?: Call): Promise<Answer>
  /** Makes a key and answers it. */
  create(body?: object, call?: Call): Promise<Answer['body']>
  /** Listens on a free port; answers the URL. */
  listen(): Promise<string>
}

export interface TestOptions extends Partial<Omit<AppOptions, 'origin'>> {
  /** The text of a seed, or names of built-in ones. */
  seed?: string | string[]
  adminKey?: string | undefined
  randomSeed?: number | undefined
  journal?: number
  /** Answers are spoilt on purpose, and not held against the documents. */
  isSpoilt?: boolean
}

/** A server of its own for one test, every answer of which is checked against the documents; gone afterwards. */
export async function startApp(options: TestOptions = {}): Promise<TestApp> {
  const {
    seed = [],
    adminKey: value = 'adminKey' in options ? options.adminKey : adminKey,
    randomSeed,
    journal = 1000,
    isSpoilt = false,
    ...rest
  } = options
  const sources = typeof seed === 'string' ? [temporaryFile('seed.yaml', seed)] : seed
  const wrong: string[] = []
  const app = await buildApp({
    onAppCreated: (server) => watchAnswers(server, wrong, { isSpoilt, front: () => app }),
    defaults: { seed: await loadSeeds(sources), adminKey: value, randomSeed, journal },
    maxSandboxes: 1000,
    sandboxTtl: undefined,
    dataDirectory: undefined,
    allowedHosts: [],
    logLevel: 'silent',
    ...rest,
  })
  const staged = await enterStage(app, typeof seed === 'string' ? seed : '')
  onTestFinished(async () => {
    await staged.leave()
    await app.close()
    expect(wrong).toEqual([])
  })
  const call = createCall(app, staged)
  return {
    app,
    call,
    async create(body = { name: 'a key' }, rest = {}) {
      const answer = await call('POST', keysUrl, { body, ...rest })
      expect(answer.status).toBe(200)
      return answer.body
    },
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.server.address() as AddressInfo
      return `http://127.0.0.1:${port}${staged.url('')}`
    },
  }
}

function createCall(app: FastifyInstance, staged: Staged): TestApp['call'] {
  return async (method, url, { body, rawBody, as = adminKey, headers = {} } = {}) => {
    const payload = body === undefined ? rawBody : JSON.stringify(body)
    const response = await app.inject({
      method: method as 'GET',
      url: staged.url(url),
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    })
    const text = staged.said(response.body)
    return {
      status: response.statusCode,
      headers: JSON.parse(staged.said(JSON.stringify(response.headers))),
      text,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
}

/** Every key of the list, a page after the other, as a client would walk it. */
export async function walk(
  { call }: Pick<TestApp, 'call'>,
  query = '',
  url = keysUrl,
): Promise<{ id: string; name: string }[]> {
  const keys = []
  for (let after = ''; ; ) {
    const { body } = await call('GET', `${url}?after=${encodeURIComponent(after)}&${query}`)
    keys.push(...body.data)
    if (!body.has_more) return keys
    after = body.last_id
  }
}
