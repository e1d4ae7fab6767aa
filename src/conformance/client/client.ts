import { sendBytes, sendRequest } from './http.ts'
import type { RequestPacer } from './pacing.ts'
import type { ProbeRequest } from './requests.ts'
import type { HttpResponse } from './response.ts'

/** The server under test, and how to send requests to it. */
export interface TargetServer {
  /** The base URL of a client, such as `http://localhost:4010/v1`. */
  baseUrl: URL
  adminKey: string
  /** The time limit for one response. */
  timeoutMs: number
  pacer: RequestPacer
}

/** Stops a client early. */
export interface StopSignals {
  /** Once aborted, no further request is sent. */
  drain: AbortSignal
  /** Once aborted, the request in flight is aborted as well. */
  abort: AbortSignal
}

/**
 * Sends requests one at a time. Every method rejects with NoResponse if no response arrives, and with an AbortError
 * after a stop signal.
 */
export class ProbeClient {
  readonly #server: TargetServer
  readonly #stop: StopSignals | undefined
  #requestCount = 0

  constructor(server: TargetServer, stop?: StopSignals) {
    this.#server = server
    this.#stop = stop
  }

  /** How many requests were sent, including retries. */
  get requestCount(): number {
    return this.#requestCount
  }

  send({
    method,
    path,
    headers,
    body,
    omitsHost,
    isAbsolutePath,
    ...authentication
  }: ProbeRequest): Promise<HttpResponse> {
    const { baseUrl, adminKey } = this.#server
    const { token = adminKey, scheme = 'Bearer' } = authentication
    const authorization = token === null ? {} : { authorization: `${scheme} ${token}` }
    const target = `${isAbsolutePath ? '' : basePathOf(baseUrl)}${path}`
    const request = { method, target, headers: { ...authorization, ...headers }, body, omitsHost }
    return this.#sendPaced((signal) => sendRequest(baseUrl, request, signal))
  }

  /** Sends bytes unchanged; they need not be valid HTTP. */
  sendBytes(bytes: string): Promise<HttpResponse> {
    return this.#sendPaced((signal) => sendBytes(this.#server.baseUrl, bytes, signal))
  }

  #sendPaced(sendOnce: (signal: AbortSignal) => Promise<HttpResponse>): Promise<HttpResponse> {
    const { pacer, timeoutMs } = this.#server
    return pacer.send(() => {
      this.#requestCount++
      const stopSignals = this.#stop === undefined ? [] : [this.#stop.abort]
      return sendOnce(AbortSignal.any([AbortSignal.timeout(timeoutMs), ...stopSignals]))
    }, this.#stop?.drain)
  }
}

/** Returns the path of a base URL without a trailing slash, such as `/v1`. */
export const basePathOf = ({ pathname }: URL): string => pathname.replace(/\/+$/, '')
