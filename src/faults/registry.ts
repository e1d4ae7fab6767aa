import type { EffectOf, Fault, FaultKind, FaultPhase, Match } from './fault.ts'

/** A request as faults see it. */
export interface MatchableRequest {
  operation: string
  key_id: string | undefined
  calling_key_id: string | undefined
  headers: NodeJS.Dict<string | string[]>
}

/** A fault that is armed, or was. */
export interface RegisteredFault {
  readonly id: string
  /** Its place among all that were ever armed. */
  readonly order: number
  readonly fault: Fault
  /** How many that matched have passed. */
  passed: number
  /** How often it has fired. */
  hits: number
  /** How many of those changed nothing: its patch did not apply. */
  unapplied: number
}

interface Window {
  startedAt: number
  count: number
}

/** Armed faults, first armed first fired. Each fires as often as its rule says, exactly, and is then used up. */
export class FaultRegistry {
  readonly #faults: RegisteredFault[] = []
  readonly #windows = new Map<string, Window>()
  #count = 0

  get all(): readonly RegisteredFault[] {
    return this.#faults
  }

  /** Whether one of them may befall an operation: most requests need no closer look. */
  mayApplyTo(operation: string): boolean {
    return this.#faults.some(({ fault }) => fault.operation === '*' || fault.operation === operation)
  }

  add(fault: Fault): RegisteredFault {
    this.#count++
    const armed = { id: `fault_${this.#count}`, order: this.#count, fault, passed: 0, hits: 0, unapplied: 0 }
    this.#faults.push(armed)
    return armed
  }

  /** Whether there was one of that id. */
  delete(id: string): boolean {
    const index = this.#faults.findIndex((armed) => armed.id === id)
    if (index >= 0) this.#faults.splice(index, 1)
    this.#windows.delete(id)
    return index >= 0
  }

  clear(): void {
    this.#faults.length = 0
    this.#windows.clear()
  }

  /** The rate limit that a request exceeds, which has then fired. `now` in milliseconds of the sandbox's clock. */
  consumeRateLimits(request: MatchableRequest, now: number): RegisteredFault | undefined {
    let exceeded: RegisteredFault | undefined
    for (const armed of this.#faults) {
      const { effect } = armed.fault
      if (effect.kind !== 'rate_limit' || !matches(armed.fault, request)) continue
      if (exceeded === undefined && this.#isOver(armed.id, effect, now)) exceeded = armed
    }
    if (exceeded !== undefined) exceeded.hits++
    return exceeded
  }

  /** The fault that fires for a request, of those that were armed after `previous`. */
  next(request: MatchableRequest, when: FaultPhase, previous?: RegisteredFault): RegisteredFault | undefined {
    // By their order, for the one before may have been disarmed meanwhile.
    const start = previous?.order ?? 0
    return this.#faults.find((armed) => armed.order > start && armed.fault.when === when && tryFire(armed, request))
  }

  /** Counts a request into its window, a fixed one that begins with the first request counted. */
  #isOver(id: string, { requests, window_ms }: EffectOf<'rate_limit'>, now: number): boolean {
    const window = this.#windows.get(id)
    // A clock that was set back begins a window anew.
    if (window === undefined || now >= window.startedAt + window_ms || now < window.startedAt) {
      this.#windows.set(id, { startedAt: now, count: 1 })
      return requests < 1
    }
    window.count++
    return window.count > requests
  }
}

export const remaining = ({ fault: { times }, hits }: RegisteredFault): number | null =>
  times === null ? null : times - hits

/** Whether it fires for this request, which it then has. */
function tryFire(armed: RegisteredFault, request: MatchableRequest): boolean {
  if (armed.fault.effect.kind === 'rate_limit' || remaining(armed) === 0 || !matches(armed.fault, request)) return false
  if (armed.passed < armed.fault.skip) {
    armed.passed++
    return false
  }
  armed.hits++
  return true
}

function matches({ operation, match }: Fault, request: MatchableRequest): boolean {
  return (operation === '*' || operation === request.operation) && matchesFilter(match, request)
}

function matchesFilter({ key_id, calling_key_id, header = {} }: Match, request: MatchableRequest): boolean {
  if (key_id !== undefined && key_id !== request.key_id) return false
  if (calling_key_id !== undefined && calling_key_id !== request.calling_key_id) return false
  return Object.entries(header).every(([name, value]) => [request.headers[name]].flat().join(', ') === value)
}

/** Those whose answer is that of the operation, spoilt. */
export const afterOnlyKinds: readonly FaultKind[] = ['truncate', 'malformed', 'mutate']
