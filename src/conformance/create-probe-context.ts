import { Mismatch } from './checks/check-result.ts'
import { describeType } from './checks/describe.ts'
import { succeeds } from './checks/response-checks.ts'
import type { ProbeClient } from './client/client.ts'
import { NoResponse } from './client/http.ts'
import { pause } from './client/pacing.ts'
import { createRequest, listRequest } from './client/requests.ts'
import { type HttpResponse, idsOf, keysOf, textAt, valueAt } from './client/response.ts'
import type { CreatedKeys } from './created-keys.ts'
import type { ProbeContext } from './probe-context.ts'
import type { ReportRedactor } from './report-redactor.ts'

interface ProbeContextDeps {
  client: ProbeClient
  createdKeys: CreatedKeys
  redactor: ReportRedactor
  basePath: string
  host: string
  /** Whether keys may be created, so that there is something to list. */
  write: boolean
  signal: AbortSignal | undefined
}

export function createProbeContext(deps: ProbeContextDeps): ProbeContext {
  const { client, createdKeys, redactor, basePath, host, write, signal } = deps
  let nameCount = 0
  const cache = new Map<string, Promise<HttpResponse>>()
  const context: ProbeContext = {
    basePath,
    host,
    async send(request) {
      const response = await createdKeys.track(request, (tracked) => client.send(tracked))
      redactor.collect(response)
      return response
    },
    sendCached(request) {
      const cacheKey = JSON.stringify(request)
      const response = cache.get(cacheKey) ?? context.send(request)
      cache.set(cacheKey, response)
      response.catch(() => cache.delete(cacheKey))
      return response
    },
    sendBytes: (bytes) => client.sendBytes(bytes),
    uniqueName: () => `${createdKeys.namePrefix}-${++nameCount}`,
    existingKeys: once(async () => {
      if (write) await context.threeKeys().catch(ignoreProbeErrors)
      const response = await context.send(listRequest('?limit=100'))
      const isComplete = valueAt(response.body, 'has_more') !== true
      return { response, keys: keysOf(response), ids: idsOf(response), isComplete }
    }),
    async createKey(body = {}, overrides = {}) {
      const response = await context.send(createRequest({ name: context.uniqueName(), ...body }, overrides))
      succeeds(response)
      const [id, value] = [textAt(response.body, 'id'), textAt(response.body, 'value')]
      if (id === '') throw new Mismatch('an id', describeType(valueAt(response.body, 'id')))
      // A probe may delete the key, so it must not be one that existed before.
      if (!createdKeys.isRemaining(id)) throw new Mismatch('a new id', 'the id of an existing key')
      return { id, value, response }
    },
    sampleKey: once(() => context.createKey()),
    threeKeys: once(
      async () => [await context.createKey(), await context.createKey(), await context.createKey()] as const,
    ),
    isEmulator: once(async () => {
      const { headers } = await context.sendCached(listRequest('', { token: null }))
      return headers['x-emulator-reason'] !== undefined
    }),
    wait: (ms) => pause(ms, signal),
  }
  return context
}

/** Returns a function that calls `create` the first time, and again only if the call before rejected. */
function once<Value>(create: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined
  return () => {
    value ??= create().catch((error) => {
      value = undefined
      throw error
    })
    return value
  }
}

// The probes of creation report that keys cannot be created.
function ignoreProbeErrors(error: unknown): void {
  if (!(error instanceof Mismatch || error instanceof NoResponse)) throw error
}
