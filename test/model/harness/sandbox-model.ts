import type { RequestOutcome } from './client.ts'
import {
  type ExpectedResponse,
  incorrectApiKey,
  invalidBodies,
  missingApiKey,
  missingScope,
} from './expected-errors.ts'
import { applyFault, FaultModel, operationIds } from './fault-model.ts'
import { initialState, type Key, type State } from './initial-state.ts'
import { type GeneratedKey, type ListQuery, OrganizationModel } from './organization-model.ts'
import type { CreateBody } from './steps.ts'

/** A call of the API, independent of HTTP. */
export type ApiRequest = { token: string | undefined } & (
  | { operation: 'create'; body: CreateBody }
  | { operation: 'list'; page: ListQuery }
  | { operation: 'retrieve' | 'delete'; id: string }
)

export interface JournalRecord {
  /** The token in the request, which no entry may show. */
  token?: string | undefined
  operation: string | null
  status: number | null
  calling_key_id: string | null | undefined
  /** The addressed id, or the created key, whose id may become known only later. */
  key: Key | string | null
  fault_id: string | null | undefined
  delivered: boolean
}

// The default of --journal.
const maxJournalEntries = 1000

export const resetParts = ['keys', 'clock', 'faults', 'journal'] as const
export type ResetPart = (typeof resetParts)[number]

/** The reference model of a sandbox: an organization plus clock, faults, snapshots and journal. */
export class SandboxModel {
  readonly #initial: State
  readonly snapshots = new Map<string, State>()
  organization: OrganizationModel
  faults = new FaultModel()
  journal: JournalRecord[] = []

  constructor(initial: State = initialState) {
    this.#initial = structuredClone(initial)
    this.organization = new OrganizationModel(initial)
  }

  get state(): State {
    return this.organization.state
  }

  load(state: State): void {
    this.organization = new OrganizationModel(state)
  }

  reset(only: readonly ResetPart[]): void {
    const { keys, now } = this.#initial
    if (only.includes('keys')) this.load({ keys, now: this.state.now })
    if (only.includes('clock')) this.state.now = now
    if (only.includes('faults')) this.faults = new FaultModel()
    if (only.includes('journal')) this.journal = []
  }

  /** Returns the expected outcome. `generatedKey` is what the server generated for a create, if anything. */
  handle(request: ApiRequest, generatedKey: GeneratedKey | undefined): RequestOutcome {
    const { operation, token = '' } = request
    const caller = this.organization.authenticate(token)
    if (caller === undefined) return this.#recordRequest(request, rejectUnauthenticated(request))
    caller.last_used_at = this.state.now
    const faultBefore = this.faults.tryFire('before', operation)
    if (faultBefore !== undefined)
      return this.#recordRequest(request, applyFault(faultBefore, { status: 0, text: '' }), caller, faultBefore.id)
    const response = this.#runOperation(request, caller, generatedKey)
    const createdKey = operation === 'create' && response.status === 200 ? this.state.keys.at(-1) : undefined
    const faultAfter = response.status === 200 ? this.faults.tryFire('after_commit', operation) : undefined
    const outcome: RequestOutcome =
      faultAfter === undefined ? { kind: 'response', ...response } : applyFault(faultAfter, response)
    return this.#recordRequest(request, outcome, caller, faultAfter?.id, createdKey)
  }

  #runOperation(request: ApiRequest, caller: Key, generatedKey: GeneratedKey = noKey): ExpectedResponse {
    const { organization } = this
    if (request.operation === 'list') return organization.list(request.page)
    if (request.operation !== 'create') return organization[request.operation](request.id)
    const { body } = request
    if ('invalid' in body) return invalidBodies[body.invalid]?.response as ExpectedResponse
    return organization.create(body.name, body.expires_in_seconds, caller, generatedKey)
  }

  #recordRequest(
    request: ApiRequest,
    outcome: RequestOutcome,
    caller?: Key,
    fault_id?: string,
    createdKey?: Key,
  ): RequestOutcome {
    const { operation, token } = request
    const key = 'id' in request ? request.id : (createdKey ?? null)
    return this.addToJournal(
      { operation: operationIds[operation], token, calling_key_id: caller?.id, key, fault_id },
      outcome,
    )
  }

  addToJournal(entry: Partial<JournalRecord>, outcome: RequestOutcome): RequestOutcome {
    const { operation = null, token, calling_key_id = null, key = null, fault_id = null } = entry
    const status = 'status' in outcome ? outcome.status : null
    this.journal.push({
      operation,
      token,
      status,
      calling_key_id,
      key,
      fault_id,
      delivered: outcome.kind === 'response',
    })
    if (this.journal.length > maxJournalEntries) this.journal.shift()
    return outcome
  }
}

// Passed if the server generated no key, so that a create which the model accepts does not match.
const noKey: GeneratedKey = { id: '', value: '', redacted_value: '' }

function rejectUnauthenticated({ operation, token }: ApiRequest): RequestOutcome {
  if (token === undefined) return { kind: 'response', ...missingApiKey() }
  const isRead = operation === 'list' || operation === 'retrieve'
  const isProjectKey = /^sk-(proj|svcacct)-/.test(token)
  return { kind: 'response', ...(isProjectKey ? missingScope(isRead ? 'read' : 'write') : incorrectApiKey(token)) }
}
