import type { OperationId } from '../openai-api/admin-api-keys/operation-ids.ts'
import type { PatchOperation } from './json-patch.ts'

/** When a fault fires: before the operation, which then does not happen, or after it was committed. */
export type FaultPhase = 'before' | 'after_commit'

/** What a fault does, by its kind. Times in milliseconds. */
export type Effect =
  | {
      kind: 'error'
      status: number
      message?: string
      type?: string
      code?: string | null
      param?: string | null
      headers?: Record<string, string>
    }
  | { kind: 'rate_limit'; requests: number; per: string; window_ms: number }
  | { kind: 'delay'; ms: number }
  | { kind: 'hang' }
  | { kind: 'connection_reset' }
  | { kind: 'empty_response' }
  | { kind: 'truncated_body' }
  | { kind: 'malformed_json' }
  | { kind: 'json_patch'; patch: PatchOperation[] }

export type FaultKind = Effect['kind']
export type EffectOf<Kind extends FaultKind> = Extract<Effect, { kind: Kind }>

/** Narrows a fault to the requests that match every given field. */
export interface Match {
  /** The key that the operation retrieves or deletes, or, after the commit, has created. */
  key_id?: string
  calling_key_id?: string
  /** Exact values by lower-case name. */
  header?: Record<string, string>
}

/** A fault as it was added. */
export interface Fault {
  operation: OperationId | '*'
  match: Match
  when: FaultPhase
  /** How often it fires; null for no limit. */
  times: number | null
  /** How many matching requests pass before it first fires. */
  skip: number
  effect: Effect
}
