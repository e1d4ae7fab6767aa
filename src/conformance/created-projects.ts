import { NotApplicable } from './checks/check-result.ts'
import type { ProbeClient } from './client/client.ts'
import { findAllProjects, findProjectsByNamePrefix } from './client/find-objects.ts'
import { NoResponse } from './client/http.ts'
import { type ProbeRequest, postRequest, projectPath, projectsPath, unknownProject } from './client/requests.ts'
import { type HttpResponse, idsOf, textAt } from './client/response.ts'
import type { Leftovers } from './created-keys.ts'

type Send = (request: ProbeRequest) => Promise<HttpResponse>

/**
 * Tracks the projects that the probes create, so that all of them can be archived: the API cannot delete a project. Projects
 * that existed before are never changed, whatever the server responds.
 */
export class CreatedProjects {
  readonly #namePrefix: string
  readonly #activeIds = new Set<string>()
  readonly #allIds = new Set<string>()
  /** The projects that existed before the first one was created; undefined before that. */
  #foreignIds: Set<string> | undefined
  /** The ids of all objects of any kind that a list has had. */
  readonly #listedIds = new Set<string>()
  #untraceableCount = 0

  constructor(namePrefix: string) {
    this.#namePrefix = namePrefix
  }

  get count(): number {
    return this.#allIds.size
  }

  /** Returns whether a probe created the project. */
  isCreated(id: string): boolean {
    return this.#allIds.has(id)
  }

  /** Returns whether an object with that id was listed; one that was just created cannot be. */
  wasListed(id: string): boolean {
    return this.#listedIds.has(id)
  }

  /** Sends a request and records the projects that it creates or archives. Rejects as `send` does, or with NotApplicable. */
  async track(request: ProbeRequest, send: Send): Promise<HttpResponse> {
    const { method, path, body = '' } = request
    if (method === 'GET') return this.#trackList(request, send)
    if (!path.startsWith(projectsPath)) return send(request)
    if (path !== projectsPath) return this.#trackChange(request, send)
    const foreignIds = await this.#listForeignIds(send)
    // A project with the prefix in its name can be found later even if the response is lost.
    const isUntraceable = !body.includes(this.#namePrefix)
    const response = await send(request).catch((error) => {
      if (isUntraceable && error instanceof NoResponse) this.#untraceableCount++
      throw error
    })
    const id = response.status < 300 ? textAt(response.body, 'id') : ''
    const isRejected = response.status >= 400 && response.status < 500
    if (isUntraceable && !isRejected && id === '') this.#untraceableCount++
    if (method === 'POST' && id !== '' && !foreignIds.has(id)) {
      this.#activeIds.add(id)
      this.#allIds.add(id)
    }
    return response
  }

  async #trackList(request: ProbeRequest, send: Send): Promise<HttpResponse> {
    const response = await send(request)
    for (const id of idsOf(response)) this.#listedIds.add(id)
    return response
  }

  async #trackChange(request: ProbeRequest, send: Send): Promise<HttpResponse> {
    const [id = '', action] = request.path
      .slice(projectsPath.length + 1)
      .split('/')
      .map(decodeURIComponent)
    const isEmptyChange = request.method === 'POST' && action === undefined && request.body === '{}'
    const isHarmless = id === unknownProject || isEmptyChange
    if (!isHarmless && !this.isCreated(id)) throw new NotApplicable('requires a project that the run created')
    const response = await send(request)
    if (action === 'archive' && response.status === 200) this.#activeIds.delete(id)
    return response
  }

  async #listForeignIds(send: Send): Promise<Set<string>> {
    if (this.#foreignIds !== undefined) return this.#foreignIds
    const ids = await findAllProjects(send)
    if (ids === undefined) throw new NotApplicable('requires a list of projects')
    this.#foreignIds = new Set(ids)
    return this.#foreignIds
  }

  /** Archives all created projects, including those whose creation got no response. Never rejects. */
  async archiveAll(client: ProbeClient): Promise<Leftovers> {
    if (this.#foreignIds === undefined) return { ids: [], searchFailed: false, untraceableCount: 0 }
    const send = (request: ProbeRequest) => client.send(request)
    for (const id of this.#activeIds) await this.#archive(id, send)
    const listed = await this.#findOwn(send)
    for (const id of listed ?? []) {
      this.#allIds.add(id)
      await this.#archive(id, send)
    }
    // A server may report an archival that it did not perform.
    const stillListed = listed?.length === 0 ? [] : await this.#findOwn(send)
    return {
      ids: [...new Set([...this.#activeIds, ...(stillListed ?? [])])],
      searchFailed: stillListed === undefined,
      untraceableCount: this.#untraceableCount,
    }
  }

  async #findOwn(send: Send): Promise<string[] | undefined> {
    const listed = await findProjectsByNamePrefix(send, this.#namePrefix)
    return listed?.filter((id) => this.#foreignIds?.has(id) !== true)
  }

  async #archive(id: string, send: Send): Promise<void> {
    const request = postRequest(projectPath(id, 'archive'), {})
    const status = await send(request).then(
      (response) => response.status,
      () => 0,
    )
    if (status === 200 || status === 404) this.#activeIds.delete(id)
    else this.#activeIds.add(id)
  }
}
