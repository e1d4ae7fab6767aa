import type { RequestOutcome } from './client.ts'
import type { ExpectedResponse } from './expected-errors.ts'
import * as errors from './expected-errors.ts'
import { applyFault, FaultModel, type Operation, operationIdOf } from './fault-model.ts'
import { initialState, type Key, type State } from './initial-state.ts'
import { actorOf, type Caller, type ListQuery, OrganizationModel } from './organization-model.ts'
import type { Generated, GeneratedKey, ResourceRequest } from './resource-model.ts'
import { isResourceOperation, resourceOperations } from './resource-operations.ts'
import type { CreateBody } from './steps.ts'

/** A call of the API, independent of HTTP. */
export type ApiRequest = { token: string | undefined } & (
  | { operation: 'create'; body: CreateBody }
  | { operation: 'list'; page: ListQuery }
  | { operation: 'retrieve' | 'delete'; id: string }
  | (ResourceRequest & { invalidBody: ExpectedResponse | undefined })
)

export interface JournalRecord {
  /** The token in the request, which no entry may show. */
  token?: string | undefined
  operation: string | null
  status: number | null
  calling_key_id: string | null | undefined
  /** The addressed ids, or the created ones, which may become known only later. */
  targets: () => Targets
  fault_id: string | null | undefined
  delivered: boolean
}

interface Targets {
  key_id?: string | null | undefined
  project_id?: string | null | undefined
  service_account_id?: string | null | undefined
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
    const { now } = this.#initial
    if (only.includes('keys')) this.load({ ...this.#initial, now: this.state.now })
    if (only.includes('clock')) this.state.now = now
    if (only.includes('faults')) this.faults = new FaultModel()
    if (only.includes('journal')) this.journal = []
  }

  /** Returns the expected outcome. `generated` is what the server generated for a create, if anything. */
  handle(request: ApiRequest, generated: Generated | undefined): RequestOutcome {
    const { operation, token = '' } = request
    const caller = this.organization.findByValue(token)
    const rejection = this.#rejectCaller(request, caller)
    if (caller === undefined || rejection !== undefined)
      return this.#recordRequest(request, { kind: 'response', ...(rejection ?? errors.missingApiKey()) })
    caller.key.last_used_at = this.state.now
    const { id: callerId } = caller.key
    const faultBefore = this.faults.tryFire('before', operation)
    if (faultBefore !== undefined)
      return this.#recordRequest(request, applyFault(faultBefore, { status: 0, text: '' }), callerId, faultBefore.id)
    const response = this.#runOperation(request, caller, generated)
    const created = response.status === 200 ? this.#createdBy(request) : {}
    const faultAfter = response.status === 200 ? this.faults.tryFire('after_commit', operation) : undefined
    const outcome: RequestOutcome =
      faultAfter === undefined ? { kind: 'response', ...response } : applyFault(faultAfter, response)
    return this.#recordRequest(request, outcome, callerId, faultAfter?.id, created)
  }

  /** Returns the error for a caller that is unknown, dead or of the wrong kind. */
  #rejectCaller({ operation, token }: ApiRequest, caller: Caller | undefined): ExpectedResponse | undefined {
    const scope = scopeOf(operation)
    if (token === undefined) return errors.missingApiKey()
    if (caller === undefined) {
      const isForeignProjectKey = /^sk-(proj|svcacct)-/.test(token) && scope !== 'api.model.read'
      return isForeignProjectKey ? errors.missingScope(scope) : errors.incorrectApiKey(token)
    }
    if (!this.organization.authenticates(caller)) return errors.incorrectApiKey(token)
    const isRightKind = (caller.kind === 'project') === (scope === 'api.model.read')
    return isRightKind ? undefined : errors.missingScope(scope)
  }

  #runOperation(request: ApiRequest, caller: Caller, generated: Generated = {}): ExpectedResponse {
    const { organization } = this
    const { key: callingKey } = caller
    if (isResourceRequest(request)) {
      const { invalidBody } = request
      // Only GET /models is called with a project key, and it records nothing.
      const actor = caller.kind === 'admin' ? actorOf(caller.key) : { id: callingKey.id, type: 'user' as const }
      return invalidBody ?? organization.resources.run(request, actor, generated)
    }
    const adminKey = callingKey as Key
    if (request.operation === 'list') return organization.list(request.page)
    if ('id' in request)
      return request.operation === 'delete'
        ? organization.delete(request.id, adminKey)
        : organization.retrieve(request.id)
    const { body } = request
    if ('invalid' in body) return errors.invalidBodies[body.invalid]?.response as ExpectedResponse
    return organization.create(body.name, body.expires_in_seconds, adminKey, generated.key ?? noKey)
  }

  /** Returns the ids of what a successful request has just created. */
  #createdBy({ operation }: ApiRequest): CreatedObjects {
    const { keys, projects, accounts, projectKeys } = this.state
    if (operation === 'create') return { key: keys.at(-1) }
    if (operation === 'create-project') return { project: projects.at(-1) }
    if (operation === 'CreateanAPIkeyforaserviceaccount') return { key: projectKeys.at(-1) }
    if (operation !== 'create-project-service-account') return {}
    const account = accounts.at(-1)
    return { account, key: projectKeys.findLast((key) => key.account_id === account?.id) }
  }

  #recordRequest(
    request: ApiRequest,
    outcome: RequestOutcome,
    callerId?: string,
    fault_id?: string,
    created: CreatedObjects = {},
  ): RequestOutcome {
    const { operation, token } = request
    const addressed = targetsOf(request)
    const targets = () => ({
      key_id: addressed.key_id ?? created.key?.id,
      project_id: addressed.project_id ?? created.project?.id,
      service_account_id: addressed.service_account_id ?? created.account?.id,
    })
    const entry = { operation: operationIdOf(operation), token, calling_key_id: callerId, targets, fault_id }
    return this.addToJournal(entry, outcome)
  }

  addToJournal(entry: Partial<JournalRecord>, outcome: RequestOutcome): RequestOutcome {
    const { operation = null, token, calling_key_id = null, targets = () => ({}), fault_id = null } = entry
    const status = 'status' in outcome ? outcome.status : null
    this.journal.push({
      operation,
      token,
      status,
      calling_key_id,
      targets,
      fault_id,
      delivered: outcome.kind === 'response',
    })
    if (this.journal.length > maxJournalEntries) this.journal.shift()
    return outcome
  }
}

// Passed if the server generated no key, so that a create which the model accepts does not match.
const noKey: GeneratedKey = { id: '', value: '', redacted_value: '' }

interface CreatedObjects {
  key?: { id: string } | undefined
  project?: { id: string } | undefined
  account?: { id: string } | undefined
}

type ResourceApiRequest = Extract<ApiRequest, ResourceRequest>

export const isResourceRequest = (request: ApiRequest): request is ResourceApiRequest =>
  isResourceOperation(request.operation)

/** Returns the ids in the URL of a request. */
function targetsOf(request: ApiRequest): Targets {
  if ('id' in request) return { key_id: request.id }
  if (!isResourceRequest(request)) return {}
  const [, path] = resourceOperations[request.operation]
  return {
    ...(path.includes('{key}') ? { key_id: request.key } : {}),
    ...(path.includes('{project}') ? { project_id: request.project } : {}),
    ...(path.includes('{account}') ? { service_account_id: request.account } : {}),
  }
}

function scopeOf(operation: Operation): errors.Scope {
  if (operation === 'listModels') return 'api.model.read'
  const isRead = isResourceOperation(operation)
    ? resourceOperations[operation][0] === 'GET'
    : operation === 'list' || operation === 'retrieve'
  return isRead ? 'api.management.read' : 'api.management.write'
}
