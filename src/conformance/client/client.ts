import { exchange, exchangeBytes } from './http.ts'
import type { Patience } from './pacing.ts'
import type { Answer } from './response.ts'

export const keysPath = '/organization/admin_api_keys'

/** What is asked of the server. */
export interface Asked {
  method: string
  /** Below the base URL, query and all. */
  path: string
  /** The bearer token, the admin key unless given; `null` for no Authorization header at all. */
  as?: string | null
  /** In the place of `Bearer`. */
  scheme?: string
  headers?: Readonly<Record<string, string>>
  body?: string | Buffer
  isHostless?: boolean
  /** Whether the path stands below the root of the server instead. */
  isAbsolute?: boolean
}

/** Asks for what stands below the collection of keys: `?limit=1`, `/key_abc`. */
export const get = (below = '', more: Partial<Asked> = {}): Asked => ({
  method: 'GET',
  path: keysPath + below,
  ...more,
})

/** Creates a key with a body, which is sent as JSON unless it is text or bytes. */
export const post = (body: unknown, { headers, ...more }: Partial<Asked> = {}): Asked => ({
  method: 'POST',
  path: keysPath,
  headers: { 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  ...more,
})

/** Retrieves a key. */
export const retrieve = (id: string, more: Partial<Asked> = {}): Asked => get(`/${encodeURIComponent(id)}`, more)

export const remove = (id: string, more: Partial<Asked> = {}): Asked => ({
  method: 'DELETE',
  path: `${keysPath}/${encodeURIComponent(id)}`,
  ...more,
})

// As the API's are, but made up: no server has issued them.
export const unknownId = 'key_conformUnknown0'
export const unknownKey = 'sk-admin-conform-0123456789'

/** The server that is asked, and how. */
export interface Target {
  /** A client's base URL, without a slash at its end. */
  baseUrl: URL
  adminKey: string
  /** How long an answer may take, in milliseconds. */
  timeout: number
  patience: Patience
}

/** What ends the asking early: `soon` before the next request, `now` in the midst of one. */
export interface Stop {
  soon: AbortSignal
  now: AbortSignal
}

/** Asks in turn. Rejects with NoAnswer, and with an AbortError once it is to stop. */
export interface Ask {
  (asked: Asked): Promise<Answer>
  /** Sends bytes as they are. */
  bytes(bytes: string): Promise<Answer>
  /** How many requests there were. */
  readonly count: number
}

export function createAsk({ baseUrl, adminKey, timeout, patience }: Target, stop?: Stop): Ask {
  let count = 0
  const send = (exchangeOnce: (signal: AbortSignal) => Promise<Answer>) =>
    patience.send(() => {
      count++
      return exchangeOnce(AbortSignal.any([AbortSignal.timeout(timeout), ...(stop === undefined ? [] : [stop.now])]))
    }, stop?.soon)
  const ask = ({ method, path, as = adminKey, scheme = 'Bearer', headers, body, isHostless, isAbsolute }: Asked) => {
    const authorization = as === null ? {} : { authorization: `${scheme} ${as}` }
    const target = `${isAbsolute ? '' : pathOf(baseUrl)}${path}`
    const sent = { method, target, headers: { ...authorization, ...headers }, body, isHostless }
    return send((signal) => exchange(baseUrl, sent, signal))
  }
  const bytes = (text: string) => send((signal) => exchangeBytes(baseUrl, text, signal))
  return Object.defineProperty(Object.assign(ask, { bytes }), 'count', { get: () => count }) as Ask
}

/** The path of a base URL: `/v1`. */
export const pathOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '')
