import { parseDuration } from '../common/time.ts'
import type { Fault, FaultPhase, RateLimit } from './fault.ts'
import type { FaultMatch } from './schemas.ts'

/** What faults match of a request. */
export interface MatchableRequest {
  operation: string
  key_id: string | undefined
  project_id: string | undefined
  calling_key_id: string | undefined
  headers: NodeJS.Dict<string | string[]>
}

/** A fault that was added and not removed; it may have fired as often as it can. */
export interface RegisteredFault<Registered extends Fault = Fault> {
  readonly id: string
  /** Position among all faults ever added. */
  readonly order: number
  readonly fault: Registered
  /** The length of its JSON in characters. */
  readonly length: number
  /** Number of matching requests skipped so far. */
  skipped: number
  hits: number
  /** How many hits changed nothing because the patch did not apply. */
  unapplied: number
}

/** A fault that fires. A rate limit counts requests instead. */
type FiringFault = RegisteredFault<Exclude<Fault, RateLimit>>

interface RateLimitWindow {
  startedAt: number
  count: number
}

/** Maximum number of faults of a sandbox, including used-up faults. */
export const maxFaults = 1000

/** Maximum length of the faults' JSON in total, because a longer list would block the server or exceed the longest string. */
export const maxFaultLength = 4 * 1024 * 1024

/** The faults of a sandbox. The first added fires first, exactly as often as its `times` says. */
export class FaultRegistry {
  readonly #faults: RegisteredFault[] = []
  /** The faults that may still fire. A test can leave hundreds of used-up faults behind. */
  #active: RegisteredFault[] = []
  readonly #windows = new Map<string, RateLimitWindow>()
  #count = 0

  get all(): readonly RegisteredFault[] {
    return this.#faults
  }

  /** Returns whether any fault could apply to an operation: most requests need no closer look. */
  mayApplyTo(operation: string): boolean {
    return this.#active.some(({ fault }) => fault.operation === '*' || fault.operation === operation)
  }

  /** Returns undefined, and adds nothing, if there would be too many faults, or too much of them. */
  add(fault: Fault): RegisteredFault | undefined {
    const { length } = JSON.stringify(fault)
    if (this.#faults.length >= maxFaults || this.#totalLength() + length > maxFaultLength) return undefined
    this.#count++
    const counts = { skipped: 0, hits: 0, unapplied: 0 }
    const registered = { id: `fault_${this.#count}`, order: this.#count, fault, length, ...counts }
    this.#faults.push(registered)
    this.#active.push(registered)
    return registered
  }

  /** Returns false if there is no fault with that id. */
  delete(id: string): boolean {
    const index = this.#faults.findIndex((registered) => registered.id === id)
    if (index >= 0) this.#faults.splice(index, 1)
    this.#active = this.#active.filter((registered) => registered.id !== id)
    this.#windows.delete(id)
    return index >= 0
  }

  clear(): void {
    this.#faults.length = 0
    this.#active = []
    this.#windows.clear()
  }

  /**
   * Counts a request against each matching rate limit up to the first that it exceeds, which is returned. `now` in sandbox
   * milliseconds.
   */
  consumeRateLimits(request: MatchableRequest, now: number): RegisteredFault | undefined {
    const exceeded = this.#active.find(
      ({ id, fault }) => fault.kind === 'rate_limit' && matches(fault, request) && this.#exceeds(id, fault, now),
    )
    if (exceeded !== undefined) exceeded.hits++
    return exceeded
  }

  /** Returns the next fault that fires for a request, among those added after `previous`. */
  next(request: MatchableRequest, when: FaultPhase, previous?: RegisteredFault): FiringFault | undefined {
    // By order, because the previous fault may have been removed meanwhile.
    const start = previous?.order ?? 0
    const fired = this.#active.find(
      (registered): registered is FiringFault =>
        registered.order > start && registered.fault.when === when && tryFire(registered, request),
    )
    if (fired !== undefined && remaining(fired) === 0) this.#active = this.#active.filter((each) => each !== fired)
    return fired
  }

  #totalLength(): number {
    return this.#faults.reduce((total, { length }) => total + length, 0)
  }

  // A fixed window, which starts with the first request that it counts.
  #exceeds(id: string, { requests, per }: RateLimit, now: number): boolean {
    const window = this.#windows.get(id)
    // A clock that was set back starts a new window.
    if (window === undefined || now >= window.startedAt + parseDuration(per) || now < window.startedAt) {
      this.#windows.set(id, { startedAt: now, count: 1 })
      return requests < 1
    }
    window.count++
    return window.count > requests
  }
}

/** Returns how often a fault can still fire; null for no limit. */
export const remaining = ({ fault: { times }, hits }: RegisteredFault): number | null =>
  times === null ? null : times - hits

/** Fires a fault for a matching request, or counts the request as skipped. */
function tryFire(registered: RegisteredFault, request: MatchableRequest): boolean {
  const { fault } = registered
  if (fault.kind === 'rate_limit' || remaining(registered) === 0 || !matches(fault, request)) return false
  if (registered.skipped < fault.skip) {
    registered.skipped++
    return false
  }
  registered.hits++
  return true
}

function matches({ operation, match }: Fault, request: MatchableRequest): boolean {
  return (operation === '*' || operation === request.operation) && matchesFilter(match, request)
}

function matchesFilter(
  { key_id, project_id, calling_key_id, header = {} }: FaultMatch,
  request: MatchableRequest,
): boolean {
  if (key_id !== undefined && key_id !== request.key_id) return false
  if (project_id !== undefined && project_id !== request.project_id) return false
  if (calling_key_id !== undefined && calling_key_id !== request.calling_key_id) return false
  return Object.entries(header).every(([name, value]) => headerValue(request, name) === value)
}

// Own properties only: JavaScript gives every object more, such as `constructor`.
function headerValue({ headers }: MatchableRequest, name: string): string | undefined {
  return Object.hasOwn(headers, name) ? [headers[name]].flat().join(', ') : undefined
}
