import { monotonicNow } from '../common/clock.ts'
import { Mismatch, NotApplicable } from './checks/check-result.ts'
import { describeType } from './checks/describe.ts'
import { succeeds } from './checks/response-checks.ts'
import type { ProbeClient } from './client/client.ts'
import { NoResponse } from './client/http.ts'
import { pause } from './client/pacing.ts'
import { createRequest, getRequest, listRequest, postRequest, projectPath, projectsPath } from './client/requests.ts'
import { type HttpResponse, idsOf, keysOf, textAt, valueAt } from './client/response.ts'
import type { CreatedKeys } from './created-keys.ts'
import type { CreatedProjects } from './created-projects.ts'
import type { Expiring, ProbeContext } from './probe-context.ts'
import type { ReportRedactor } from './report-redactor.ts'

interface ProbeContextDeps {
  client: ProbeClient
  createdKeys: CreatedKeys
  createdProjects: CreatedProjects
  redactor: ReportRedactor
  basePath: string
  host: string
  /** Whether keys may be created, so that there is something to list. */
  write: boolean
  signal: AbortSignal | undefined
}

// In an organization without service accounts, a search would only cost time.
const maxSearchedProjects = 5

export function createProbeContext(deps: ProbeContextDeps): ProbeContext {
  const { client, createdKeys, createdProjects, redactor, basePath, host, write, signal } = deps
  let nameCount = 0
  const cache = new Map<string, Promise<HttpResponse>>()
  const context: ProbeContext = {
    basePath,
    host,
    async send(request) {
      const response = await createdKeys.track(request, (tracked) =>
        createdProjects.track(tracked, (each) => client.send(each)),
      )
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
    project: once(async () => {
      const response = await context.send(postRequest(projectsPath, { name: context.uniqueName() }))
      succeeds(response)
      const id = textAt(response.body, 'id')
      if (id === '') throw new Mismatch('an id', describeType(valueAt(response.body, 'id')))
      if (!createdProjects.isCreated(id)) throw new Mismatch('a new id', 'the id of an existing project')
      return { id, response }
    }),
    async createAccount(body = {}) {
      const { id: projectId } = await context.project()
      const path = projectPath(projectId, 'service_accounts')
      const response = await context.send(postRequest(path, { name: context.uniqueName(), ...body }))
      succeeds(response)
      const id = textAt(response.body, 'id')
      if (id === '') throw new Mismatch('an id', describeType(valueAt(response.body, 'id')))
      const [keyId, value] = [textAt(response.body, 'api_key', 'id'), textAt(response.body, 'api_key', 'value')]
      // A probe may delete both, so they must not have existed before.
      if ([id, keyId].some((each) => createdProjects.wasListed(each)))
        throw new Mismatch('new ids', 'the id of an existing object')
      return { id, keyId, value, response }
    },
    expiringKey: once(async () => expiring(await context.createKey(oneSecond), signal)),
    expiringAccount: once(async () => expiring(await context.createAccount(oneSecond), signal)),
    twoAccounts: once(async () => [await context.createAccount(), await context.createAccount()] as const),
    projectToList: once(async () => {
      if (write) await context.twoAccounts().catch(ignoreProbeErrors)
      if (write) return (await context.project()).id
      const ids = idsOf(await context.existingItems(projectsPath)).filter((id) => id !== '')
      for (const id of ids.slice(0, maxSearchedProjects)) {
        const accounts = await context.existingItems(projectPath(id, 'service_accounts'))
        if (idsOf(accounts).length > 0) return id
      }
      if (ids[0] === undefined) throw new NotApplicable('requires a list of projects')
      return ids[0]
    }),
    async existingItems(path) {
      if (write) await context.twoAccounts().catch(ignoreProbeErrors)
      return context.sendCached(getRequest(`${path}?limit=100`))
    },
    isEmulator: once(async () => {
      const { headers } = await context.sendCached(listRequest('', { token: null }))
      return headers['x-emulator-reason'] !== undefined
    }),
  }
  return context
}

const oneSecond = { expires_in_seconds: 1 }
/** Longer than the one second of lifetime and the rest of the second in which it expires. */
const expiryWaitMs = 2100

function expiring<Created>(created: Created, signal: AbortSignal | undefined): Expiring<Created> {
  const expiredAt = monotonicNow() + expiryWaitMs
  return { created, expired: () => pause(expiredAt - monotonicNow(), signal) }
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
  if (!(error instanceof Mismatch || error instanceof NoResponse || error instanceof NotApplicable)) throw error
}
