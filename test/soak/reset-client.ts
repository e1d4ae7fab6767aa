import { setTimeout as sleep } from 'node:timers/promises'
import { sandboxPath } from '../model/harness/api-steps.ts'
import type { HttpClient, HttpRequest, RequestOutcome } from '../model/harness/client.ts'
import { unknownKey } from '../model/harness/expected-errors.ts'
import type { Operation } from '../model/harness/fault-model.ts'
import {
  callControl,
  createAccountRequest,
  createdKeyName,
  createRequest,
  listEventsRequest,
  listRequest,
  parseCreatedIds,
  parseCreatedKey,
  parseListedIds,
  retrieveRequest,
  UnexpectedResponse,
} from './requests.ts'

/** How often a sandbox was reset or removed. */
interface ResetCount {
  started: number
  finished: number
}

interface KnownKey {
  id: string
  retrievedText: string
  /** The number of resets before its creation; undefined if it was created during one. */
  generation: number | undefined
}

/** One of several concurrent clients in a sandbox that is reset meanwhile. Keys must not survive a reset. */
class ResetTestClient {
  readonly #client: HttpClient
  readonly #sandbox: string
  readonly #resets: ResetCount
  readonly #keys: KnownKey[] = []

  constructor(client: HttpClient, sandbox: string, resets: ResetCount) {
    this.#client = client
    this.#sandbox = sandbox
    this.#resets = resets
  }

  async run(operation: Operation, index: number): Promise<void> {
    const key = this.#keys.at(-1 - (index % Math.max(this.#keys.length, 1)))
    if (operation === 'list') return this.list()
    if (operation === 'list-audit-logs') return this.#listEvents()
    if (operation === 'create-project-service-account') return this.#createAccount()
    if (operation === 'create' || key === undefined) return this.#create()
    await this.#retrieve(key)
  }

  async #create(): Promise<void> {
    const { outcome, generation } = await this.#send(
      createRequest(this.#sandbox, createdKeyName),
      ({ status }) => status === 200,
    )
    if (outcome.kind === 'response') this.#keys.push({ ...parseCreatedKey(outcome.text), generation })
  }

  async #retrieve(key: KnownKey): Promise<void> {
    await this.#send(retrieveRequest(this.#sandbox, key.id), ({ status, text }, generation) => {
      const isPresent = status === 200 && text === key.retrievedText
      const isGone = status === 404 && text === unknownKey(key.id).text
      if (generation === undefined || key.generation === undefined) return isPresent || isGone
      return key.generation === generation ? isPresent : isGone
    })
  }

  async list(): Promise<void> {
    await this.#send(listRequest(this.#sandbox), ({ status, text }, generation) => {
      const ids = new Set(status === 200 ? parseListedIds(text) : [])
      return ids.has('key_admin') && this.#areOfGeneration(ids, generation)
    })
  }

  async #listEvents(): Promise<void> {
    await this.#send(listEventsRequest(this.#sandbox), ({ status, text }, generation) => {
      return status === 200 && this.#areOfGeneration(new Set(parseCreatedIds(text)), generation)
    })
  }

  async #createAccount(): Promise<void> {
    await this.#send(createAccountRequest(this.#sandbox, createdKeyName), ({ status }) => status === 200)
  }

  /** Returns whether the ids include the keys of that generation, and none of another. */
  #areOfGeneration(ids: ReadonlySet<string>, generation: number | undefined): boolean {
    const knownKeys = generation === undefined ? [] : this.#keys.filter((key) => key.generation !== undefined)
    return knownKeys.every((key) => ids.has(key.id) === (key.generation === generation))
  }

  /**
   * Throws UnexpectedResponse, also for a closed connection, unless a reset ran meanwhile. Returns the number of resets
   * before the request, or undefined if one ran meanwhile.
   */
  async #send(
    request: HttpRequest,
    isExpected: (response: { status: number; text: string }, generation: number | undefined) => boolean,
  ) {
    const { finished } = this.#resets
    const result = await this.#client.send(request)
    const { outcome } = result
    const generation = this.#resets.started === finished ? finished : undefined
    const isAllowed =
      outcome.kind === 'response'
        ? isExpected(outcome, generation)
        : generation === undefined && isClosedConnection(outcome)
    if (!isAllowed)
      throw new UnexpectedResponse(
        request,
        result,
        `a response that is valid after ${generation ?? `${finished} or more`} resets`,
      )
    return { outcome, generation }
  }
}

const isClosedConnection = ({ kind }: RequestOutcome) => kind === 'empty' || kind === 'reset'

/** Runs concurrent clients in a sandbox that is reset or removed several times. */
export async function runResetRound(
  clients: HttpClient[],
  controlClient: HttpClient,
  sandbox: string,
  resetKinds: string[],
  operations: Operation[][],
) {
  const resetCount = { started: 0, finished: 0 }
  const resetOnce = async (kind: string) => {
    resetCount.started++
    if (kind === 'reset') await callControl(controlClient, 'POST', sandboxPath(sandbox, '/_emulator/reset'), 200)
    else await callControl(controlClient, 'DELETE', `/_emulator/sandboxes/${sandbox}`, 200)
    resetCount.finished++
  }
  await callControl(controlClient, 'POST', sandboxPath(sandbox, '/_emulator/reset'), 200)
  const testClients = clients.map((client) => new ResetTestClient(client, sandbox, resetCount))
  const runs = testClients.map(async (testClient, n) => {
    for (const [index, operation] of (operations[n] ?? []).entries()) await testClient.run(operation, index)
  })
  const runResets = async () => {
    for (const kind of resetKinds) {
      await sleep(1)
      await resetOnce(kind)
      // A removed sandbox exists again only after the next request, and removing it twice would fail.
      await callControl(controlClient, 'GET', sandboxPath(sandbox, '/_emulator/clock'), 200)
    }
  }
  await Promise.all([...runs, runResets()])
  for (const testClient of testClients) await testClient.list()
}
