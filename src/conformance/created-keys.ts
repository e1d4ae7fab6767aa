import type { ProbeClient } from './client/client.ts'
import { findKeysByNamePrefix } from './client/find-objects.ts'
import { NoResponse } from './client/http.ts'
import { deleteRequest, keysPath, type ProbeRequest } from './client/requests.ts'
import { type HttpResponse, idsOf, textAt, valueAt } from './client/response.ts'

/** The keys of a run that could not be removed. */
export interface Leftovers {
  ids: string[]
  /** Whether the list could not be searched for further keys by their name prefix. */
  searchFailed: boolean
  /** How many keys may exist without the prefix in their names, because the response to their creation was lost. */
  untraceableCount: number
}

/** Tracks the keys that the probes create, so that all of them can be removed. */
export class CreatedKeys {
  /** The names of created keys start with this. It is random, so no other key's name does. */
  readonly namePrefix: string
  readonly #remainingIds = new Set<string>()
  readonly #allIds = new Set<string>()
  /** Keys that were listed before any probe created them. They are never deleted, whatever the server responds. */
  readonly #foreignIds = new Set<string>()
  #hasPosted = false
  #untraceableCount = 0

  constructor(namePrefix: string) {
    this.namePrefix = namePrefix
  }

  get count(): number {
    return this.#allIds.size
  }

  /** Returns whether a probe created the key and has not deleted it. */
  isRemaining(id: string): boolean {
    return this.#remainingIds.has(id)
  }

  /** Sends a request and records the keys that it creates, lists or deletes. Rejects as `send` does. */
  async track(request: ProbeRequest, send: (request: ProbeRequest) => Promise<HttpResponse>): Promise<HttpResponse> {
    const { method, path, body = '' } = request
    if (!path.startsWith(keysPath)) return send(request)
    if (method === 'POST') this.#hasPosted = true
    // A key with the prefix in its name can be found later even if the response is lost.
    const isUntraceable = method === 'POST' && !body.includes(this.namePrefix)
    const response = await send(request).catch((error) => {
      if (isUntraceable && error instanceof NoResponse) this.#untraceableCount++
      throw error
    })
    if (isUntraceable && !revealsCreatedKey(response)) this.#untraceableCount++
    this.#record(request, response)
    return response
  }

  #record({ method, path }: ProbeRequest, response: HttpResponse): void {
    if (method === 'GET') for (const id of idsOf(response)) if (!this.#remainingIds.has(id)) this.#foreignIds.add(id)
    if (response.status >= 300) return
    if (method === 'POST') this.#add(textAt(response.body, 'id'))
    if (method === 'DELETE' && valueAt(response.body, 'deleted') === true)
      this.#remainingIds.delete(decodeURIComponent(path.slice(keysPath.length + 1)))
  }

  #add(id: string): void {
    if (id === '' || this.#foreignIds.has(id)) return
    this.#remainingIds.add(id)
    this.#allIds.add(id)
  }

  /** Deletes all created keys, including those whose creation got no response. Never rejects. */
  async removeAll(client: ProbeClient): Promise<Leftovers> {
    if (!this.#hasPosted) return { ids: [], searchFailed: false, untraceableCount: 0 }
    for (const id of this.#remainingIds) await this.#delete(id, client)
    const send = (request: ProbeRequest) => client.send(request)
    const listed = await findKeysByNamePrefix(send, this.namePrefix)
    for (const id of listed ?? []) {
      this.#allIds.add(id)
      await this.#delete(id, client)
    }
    // A server may report a deletion that it did not perform.
    const stillListed = listed?.length === 0 ? [] : await findKeysByNamePrefix(send, this.namePrefix)
    return {
      ids: [...new Set([...this.#remainingIds, ...(stillListed ?? [])])],
      searchFailed: stillListed === undefined,
      untraceableCount: this.#untraceableCount,
    }
  }

  async #delete(id: string, client: ProbeClient): Promise<void> {
    const status = await client.send(deleteRequest(id)).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200 || status === 404) this.#remainingIds.delete(id)
    else this.#remainingIds.add(id)
  }
}

/** Returns whether a response to a create names the created key, or shows that there is none. */
const revealsCreatedKey = ({ status, body }: HttpResponse) =>
  (status >= 400 && status < 500) || textAt(body, 'id') !== ''
