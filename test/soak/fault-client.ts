import { sandboxPath } from '../model/harness/api-steps.ts'
import type { HttpClient, HttpRequest, RequestOutcome } from '../model/harness/client.ts'
import { injectedError } from '../model/harness/expected-errors.ts'
import { type Fault, faultRequestBody, type Operation } from '../model/harness/fault-model.ts'
import { initialState } from '../model/harness/initial-state.ts'
import {
  callControl,
  createAccountRequest,
  createdKeyName,
  createRequest,
  deleteAccountRequest,
  deleteRequest,
  expectEqual,
  listEventsRequest,
  listRequest,
  parseCreatedIds,
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
  /** Ids of service accounts that were created and not deleted. */
  readonly accountIds: string[] = []
  unconfirmedAccountCount = 0
  /** Each of these has an event in the audit log. */
  writeCount = 0

  constructor(client: HttpClient, sandbox: string, fault: Fault) {
    this.#client = client
    this.#sandbox = sandbox
    this.#fault = fault
  }

  /** Runs an operation that must succeed unless the fault is applied to it. */
  async run(operation: Operation): Promise<void> {
    const key = this.keys.at(-1)
    if (operation.includes('service-account')) await this.#changeAccounts(operation)
    else if (operation === 'list-audit-logs')
      await this.#send(operation, listEventsRequest(this.#sandbox), (text) => this.#isLogged(text))
    else if (operation === 'list') await this.#send('list', listRequest(this.#sandbox), (text) => this.#isListed(text))
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

  // A page has the newest hundred events, of which other clients caused some.
  #isLogged(text: string): boolean {
    const ids = parseCreatedIds(text)
    return ids.length === 100 || this.keys.every(({ id }) => ids.includes(id))
  }

  async #changeAccounts(operation: Operation): Promise<void> {
    const id = this.accountIds.at(-1)
    if (operation === 'delete-project-service-account' && id !== undefined) {
      const deletion = JSON.stringify({ object: 'organization.project.service_account.deleted', id, deleted: true })
      const result = await this.#send(operation, deleteAccountRequest(this.#sandbox, id), (text) => text === deletion)
      if (result !== 'not executed') this.accountIds.pop()
      return
    }
    const request = createAccountRequest(this.#sandbox, createdKeyName)
    const result = await this.#send('create-project-service-account', request, (text) => {
      this.accountIds.push(JSON.parse(text).id)
      return true
    })
    if (result === 'response lost') this.unconfirmedAccountCount++
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
      if (this.#fault.when === 'before') return 'not executed'
      this.#countWrite(request)
      return 'response lost'
    }
    const isSuccess = outcome.kind === 'response' && outcome.status === 200 && isExpected(outcome.text)
    if (!isSuccess) throw new UnexpectedResponse(request, result, `a success, or ${JSON.stringify(this.#fault)}`)
    this.#countWrite(request)
    return 'succeeded'
  }

  #countWrite({ method }: HttpRequest): void {
    if (method !== 'GET') this.writeCount++
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
  const { keys, projects, audit_logs } = await callControl(controlClient, 'GET', at('/state'), 200)
  const createdKeys = keys.filter(
    ({ name, deleted }: { name: string; deleted?: true }) => name === createdKeyName && !deleted,
  )
  expectEqual(
    'keys',
    createdKeys.length,
    sum(testClients.map((testClient) => testClient.keys.length + testClient.unconfirmedKeyCount)),
  )
  const accounts = projects.flatMap((project: { service_accounts: ExportedAccount[] }) => project.service_accounts)
  const created = accounts.filter(({ name, deleted }: ExportedAccount) => name === createdKeyName && !deleted)
  expectEqual(
    'service accounts',
    created.length,
    sum(testClients.map(({ accountIds, unconfirmedAccountCount }) => accountIds.length + unconfirmedAccountCount)),
  )
  expectEqual(
    'keys of service accounts',
    sum(created.map(({ api_keys }: ExportedAccount) => api_keys.length)),
    created.length,
  )
  expectEqual(
    'audit events',
    audit_logs.length,
    initialState.events.length + sum(testClients.map(({ writeCount }) => writeCount)),
  )
}

interface ExportedAccount {
  name: string
  deleted?: true
  api_keys: object[]
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
