import { sandboxPath } from '../model/harness/api-steps.ts'
import type { HttpClient, HttpRequest, RequestOutcome } from '../model/harness/client.ts'
import { injectedError } from '../model/harness/expected-errors.ts'
import { type Fault, faultRequestBody, type Operation } from '../model/harness/fault-model.ts'
import {
  callControl,
  createdKeyName,
  createRequest,
  deleteRequest,
  expectEqual,
  listRequest,
  parseCreatedKey,
  parseListedIds,
  retrieveRequest,
  UnexpectedResponse,
} from './requests.ts'

type OperationResult = 'succeeded' | 'response lost' | 'not executed'

/** One of several concurrent clients in a sandbox with an armed fault. Each works on its own keys only. */
class FaultTestClient {
  readonly #client: HttpClient
  readonly #sandbox: string
  readonly #fault: Fault
  readonly keys: { id: string; retrievedText: string }[] = []
  /** Requests that the fault matches. */
  matchedCount = 0
  /** Requests to which the fault was applied. */
  faultedCount = 0
  /** Keys that were created although the response was lost. */
  unconfirmedKeyCount = 0

  constructor(client: HttpClient, sandbox: string, fault: Fault) {
    this.#client = client
    this.#sandbox = sandbox
    this.#fault = fault
  }

  /** Runs an operation that must succeed unless the fault is applied to it. */
  async run(operation: Operation): Promise<void> {
    const key = this.keys.at(-1)
    if (operation === 'list') await this.#send('list', listRequest(this.#sandbox), (text) => this.#isListed(text))
    else if (operation === 'create' || key === undefined) await this.#create()
    else if (operation === 'retrieve') {
      await this.#send('retrieve', retrieveRequest(this.#sandbox, key.id), (text) => text === key.retrievedText)
    } else {
      const deletion = JSON.stringify({ id: key.id, object: 'organization.admin_api_key.deleted', deleted: true })
      const result = await this.#send('delete', deleteRequest(this.#sandbox, key.id), (text) => text === deletion)
      if (result !== 'not executed') this.keys.pop()
    }
  }

  #isListed(text: string): boolean {
    const ids = new Set(parseListedIds(text))
    return this.keys.every(({ id }) => ids.has(id))
  }

  async #create(): Promise<void> {
    const result = await this.#send('create', createRequest(this.#sandbox, createdKeyName), (text) => {
      this.keys.push(parseCreatedKey(text))
      return true
    })
    if (result === 'response lost') this.unconfirmedKeyCount++
  }

  async #send(
    operation: Operation,
    request: HttpRequest,
    isExpected: (text: string) => boolean,
  ): Promise<OperationResult> {
    const result = await this.#client.send(request)
    const { outcome } = result
    const isMatch = ['*', operation].includes(this.#fault.operation)
    if (isMatch) this.matchedCount++
    if (isMatch && isFaultOutcome(this.#fault, outcome)) {
      this.faultedCount++
      return this.#fault.when === 'before' ? 'not executed' : 'response lost'
    }
    const isSuccess = outcome.kind === 'response' && outcome.status === 200 && isExpected(outcome.text)
    if (!isSuccess) throw new UnexpectedResponse(request, result, `a success, or ${JSON.stringify(this.#fault)}`)
    return 'succeeded'
  }
}

function isFaultOutcome({ kind }: Fault, outcome: RequestOutcome): boolean {
  if (kind === 'error') return outcome.kind === 'response' && outcome.text === injectedError(503).text
  return outcome.kind === { connection_reset: 'reset', empty_response: 'empty', truncated_body: 'truncated' }[kind]
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)

/** Checks that one fault fires exactly as often as armed, with concurrent clients and while the sandbox is copied. */
export async function runFaultRound(
  clients: HttpClient[],
  controlClient: HttpClient,
  sandbox: string,
  fault: Fault,
  operations: Operation[][],
) {
  const at = (path: string) => sandboxPath(sandbox, `/_emulator${path}`)
  await callControl(controlClient, 'POST', at('/reset'), 200)
  await callControl(controlClient, 'POST', at('/faults'), 201, faultRequestBody(fault))
  const testClients = clients.map((client) => new FaultTestClient(client, sandbox, fault))
  const runs = testClients.map(async (testClient, n) => {
    for (const operation of operations[n] ?? []) await testClient.run(operation)
  })
  await Promise.all([...runs, copyConcurrently(controlClient, sandbox)])

  const expectedHits = Math.min(
    fault.times,
    Math.max(0, sum(testClients.map(({ matchedCount }) => matchedCount)) - fault.skip),
  )
  expectEqual('requests with the fault applied', sum(testClients.map(({ faultedCount }) => faultedCount)), expectedHits)
  const [armedFault] = (await callControl(controlClient, 'GET', at('/faults'), 200)).data
  expectEqual('hits', armedFault.hits, expectedHits)
  const { keys } = await callControl(controlClient, 'GET', at('/state'), 200)
  const createdKeys = keys.filter(
    ({ name, deleted }: { name: string; deleted?: true }) => name === createdKeyName && !deleted,
  )
  expectEqual(
    'keys',
    createdKeys.length,
    sum(testClients.map((testClient) => testClient.keys.length + testClient.unconfirmedKeyCount)),
  )
}

/** A copy has no faults, and is complete at any time. */
async function copyConcurrently(controlClient: HttpClient, sandbox: string): Promise<void> {
  const name = `${sandbox}-copy`
  await callControl(controlClient, 'POST', '/_emulator/sandboxes', 201, { name, from: { sandbox } })
  const request = listRequest(name)
  const result = await controlClient.send(request)
  const { outcome } = result
  const isComplete =
    outcome.kind === 'response' && outcome.status === 200 && parseListedIds(outcome.text).includes('key_admin')
  if (!isComplete) throw new UnexpectedResponse(request, result, 'the list of the copy')
  await callControl(controlClient, 'DELETE', `/_emulator/sandboxes/${name}`, 200)
}
