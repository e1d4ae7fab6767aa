import type { OperationId } from '../openai-api/operation-ids.ts'
import type { FaultBody, FaultMatch } from './schemas.ts'

/** When a fault fires: before the operation, which then does not happen, or after it was committed. */
export type FaultPhase = 'before' | 'after_commit'

interface Defaulted {
  operation: OperationId | '*'
  /** Names of headers are in lower case. */
  match: FaultMatch
  when: FaultPhase
  /** How often it fires; null for no limit. */
  times: number | null
  /** How many matching requests pass before it first fires. */
  skip: number
}

type WithDefaults<Body> = Body extends FaultBody ? Omit<WithMilliseconds<Body>, keyof Defaulted> & Defaulted : never

type WithMilliseconds<Body> = Body extends { ms: unknown } ? Omit<Body, 'ms'> & { ms: number } : Body

/** A fault as it was added, with defaults for what its body omits. */
export type Fault = WithDefaults<FaultBody>

export type RateLimit = Extract<Fault, { kind: 'rate_limit' }>
