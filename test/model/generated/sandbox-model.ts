import type { Outcome } from './client.ts'
import { type Answer, missingScope, missingToken, wrongBodies, wrongToken } from './expected-errors.ts'
import { FaultModel, operationIds, spoilt } from './fault-model.ts'
import { beginning, type Key, type State } from './initial-state.ts'
import { type Drawn, Organization, type Page } from './organization-model.ts'
import type { CreateBody } from './steps.ts'

/** What is asked of the API, before it is a request. */
export type Question = { token: string | undefined } & (
  | { operation: 'create'; body: CreateBody }
  | { operation: 'list'; page: Page }
  | { operation: 'retrieve' | 'delete'; id: string }
)

/** What the journal says of a request; of a key that was made before its id is known, the key itself. */
export interface Entry {
  /** What the client presented, which no entry shows. */
  token?: string | undefined
  operation: string | null
  status: number | null
  calling_key_id: string | null | undefined
  key: Key | string | null
  fault_id: string | null | undefined
  delivered: boolean
}

// As many as the server remembers unless it is told otherwise.
const mostEntries = 1000

export const parts = ['keys', 'clock', 'faults', 'journal'] as const
export type Part = (typeof parts)[number]

/** A sandbox as it should be: an organization, and what a tester may do to it. */
export class SandboxModel {
  readonly #beginning: State
  readonly snapshots = new Map<string, State>()
  organization: Organization
  faults = new FaultModel()
  journal: Entry[] = []

  constructor(began: State = beginning) {
    this.#beginning = structuredClone(began)
    this.organization = new Organization(began)
  }

  get state(): State {
    return this.organization.state
  }

  load(state: State): void {
    this.organization = new Organization(state)
  }

  reset(what: readonly Part[]): void {
    const { keys, now } = this.#beginning
    if (what.includes('keys')) this.load({ keys, now: this.state.now })
    if (what.includes('clock')) this.state.now = now
    if (what.includes('faults')) this.faults = new FaultModel()
    if (what.includes('journal')) this.journal = []
  }

  /** What must come of a question. `drawn` is what the server made up for a create, if it did. */
  ask(question: Question, drawn: Drawn | undefined): Outcome {
    const { operation, token = '' } = question
    const caller = this.organization.authenticate(token)
    if (caller === undefined) return this.#note(question, turnAway(question))
    caller.last_used_at = this.state.now
    const early = this.faults.firing('before', operation)
    if (early !== undefined) return this.#note(question, spoilt(early, { status: 0, text: '' }), caller, early.id)
    const answer = this.#operate(question, caller, drawn)
    const made = operation === 'create' && answer.status === 200 ? this.state.keys.at(-1) : undefined
    const late = answer.status === 200 ? this.faults.firing('after_commit', operation) : undefined
    const outcome: Outcome = late === undefined ? { kind: 'answer', ...answer } : spoilt(late, answer)
    return this.#note(question, outcome, caller, late?.id, made)
  }

  #operate(question: Question, caller: Key, drawn: Drawn = nothing): Answer {
    const { organization } = this
    if (question.operation === 'list') return organization.list(question.page)
    if (question.operation !== 'create') return organization[question.operation](question.id)
    const { body } = question
    if ('wrong' in body) return wrongBodies[body.wrong]?.refusal as Answer
    return organization.create(body.name, body.expires_in_seconds, caller, drawn)
  }

  #note(question: Question, outcome: Outcome, caller?: Key, fault_id?: string, made?: Key): Outcome {
    const { operation, token } = question
    const key = 'id' in question ? question.id : (made ?? null)
    return this.note({ operation: operationIds[operation], token, calling_key_id: caller?.id, key, fault_id }, outcome)
  }

  /** Writes a request into the journal. */
  note(entry: Partial<Entry>, outcome: Outcome): Outcome {
    const { operation = null, token, calling_key_id = null, key = null, fault_id = null } = entry
    const status = 'status' in outcome ? outcome.status : null
    this.journal.push({ operation, token, status, calling_key_id, key, fault_id, delivered: outcome.kind === 'answer' })
    if (this.journal.length > mostEntries) this.journal.shift()
    return outcome
  }
}

// No key is like that.
const nothing: Drawn = { id: '', value: '', redacted_value: '' }

function turnAway({ operation, token }: Question): Outcome {
  if (token === undefined) return { kind: 'answer', ...missingToken() }
  const isRead = operation === 'list' || operation === 'retrieve'
  const isOfProject = /^sk-(proj|svcacct)-/.test(token)
  return { kind: 'answer', ...(isOfProject ? missingScope(isRead ? 'read' : 'write') : wrongToken(token)) }
}
