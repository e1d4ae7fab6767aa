import type { PatchOperation } from './json-patch.ts'

/** When a fault fires: before the operation, which then does not happen, or after it has happened. */
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
  | { kind: 'reset' }
  | { kind: 'empty' }
  | { kind: 'truncate' }
  | { kind: 'malformed' }
  | { kind: 'mutate'; patch: PatchOperation[] }

export type FaultKind = Effect['kind']
export type EffectOf<Which extends FaultKind> = Extract<Effect, { kind: Which }>

/** What narrows a fault to some requests. */
export interface Match {
  /** The key that the operation is about. */
  key_id?: string
  calling_key_id?: string
  /** By name, in lower case; the value exact. */
  header?: Record<string, string>
}

/** A fault as it was armed. */
export interface Fault {
  /** An operationId, or `*`. */
  operation: string
  match: Match
  when: FaultPhase
  /** How often it fires; `null` for ever. */
  times: number | null
  /** How many that match pass first. */
  skip: number
  effect: Effect
}
