import type { Server } from 'node:http'
import { type Response as InjectedResponse, inject as injectRequest } from 'light-my-request'
import { expect, onTestFinished } from 'vitest'
import { loadSeeds } from '../../src/sandbox/seed/load.ts'
import { type App, type AppOptions, buildApp } from '../../src/server/app.ts'
import { createTemporaryFile } from './files.ts'
import { type Rerun, startRerun } from './rerun.ts'
import { checkResponses } from './response-contract.ts'

export const adminKey = 'sk-admin-local'
export const keysUrl = '/v1/organization/admin_api_keys'

export interface Call {
  /** Sent as JSON. */
  body?: unknown
  /** Sent unchanged, declared as JSON. */
  rawBody?: string | Buffer
  /** The bearer token; `null` for no header. */
  as?: string | null
  headers?: Record<string, string>
}

export interface TestResponse {
  status: number
  headers: Record<string, string | undefined>
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
  body: any
}

/** A request without a socket. */
export interface InjectOptions {
  method?: string
  url: string
  headers?: Record<string, string>
  payload?: string | Buffer | object
}

/** An app that takes requests without a socket. */
export type Inject = (options: InjectOptions | string) => Promise<InjectedResponse>

export interface TestApp {
  app: { inject: Inject; server: Server; close: App['close'] }
  call(method: string, url: string, call?: Call): Promise<TestResponse>
  /** Creates a key and returns it, with its value. */
  create(body?: object, call?: Call): Promise<TestResponse['body']>
  /** Listens on a free port and returns the URL. */
  listen(): Promise<string>
}

export interface TestOptions extends Partial<Omit<AppOptions, 'defaults'>> {
  /** The text of a seed, or names of built-in ones. */
  seed?: string | string[]
  adminKey?: string | undefined
  randomSeed?: number | undefined
  journal?: number
  /** The test breaks response bodies on purpose: they are not checked against the document. */
  breaksResponses?: boolean
}

/** Starts an app for one test. Every response is checked against the documents; the app is closed after the test. */
export async function startApp(options: TestOptions = {}): Promise<TestApp> {
  const {
    seed = [],
    adminKey: value = 'adminKey' in options ? options.adminKey : adminKey,
    randomSeed,
    journal = 1000,
    breaksResponses = false,
    ...rest
  } = options
  const sources = typeof seed === 'string' ? [createTemporaryFile('seed.yaml', seed)] : seed
  const violations: string[] = []
  const app = await buildApp({
    onAppCreated: (fastify) => checkResponses(fastify, violations, { breaksResponses, inject: (url) => inject(url) }),
    defaults: { seed: await loadSeeds(sources, { adminKey: value }), adminKey: value, randomSeed, journal },
    maxSandboxes: 1000,
    sandboxTtl: undefined,
    autoCreate: true,
    dataDirectory: undefined,
    allowedHosts: [],
    logLevel: 'silent',
    logFormat: undefined,
    ...rest,
  })
  const inject: Inject = (request) =>
    injectRequest(app.dispatch, request as never) as unknown as Promise<InjectedResponse>
  const rerun = await startRerun(inject, typeof seed === 'string' ? seed : '')
  const close = async () => {
    rerun.stop()
    await app.close()
  }
  onTestFinished(async () => {
    await rerun.leave()
    await app.close()
    expect(violations).toEqual([])
  })
  const call = createCall(inject, rerun)
  return {
    app: { inject, server: app.httpServer.primary, close },
    call,
    async create(body = { name: 'a key' }, rest = {}) {
      const response = await call('POST', keysUrl, { body, ...rest })
      expect(response.status).toBe(200)
      return response.body
    },
    async listen() {
      const { port } = await app.httpServer.listen({ host: '127.0.0.1', port: 0 })
      return `http://127.0.0.1:${port}${rerun.url('')}`
    },
  }
}

function createCall(inject: Inject, rerun: Rerun): TestApp['call'] {
  return async (method, url, { body, rawBody, as = adminKey, headers = {} } = {}) => {
    const payload = body === undefined ? rawBody : JSON.stringify(body)
    const response = await inject({
      method,
      url: rerun.url(url),
      headers: {
        ...(as === null ? {} : { authorization: `Bearer ${as}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    })
    const text = rerun.visibleText(response.body)
    return {
      status: response.statusCode,
      headers: JSON.parse(rerun.visibleText(JSON.stringify(response.headers))),
      text,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
}

/** Lists every key, page by page, as a client would. */
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
