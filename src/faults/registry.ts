import type { EffectOf, Kind, Match, Moment, Rule } from './fault.ts'

/** A request as faults see it. */
export interface Occasion {
  operation: string
  key_id: string | undefined
  calling_key_id: string | undefined
  headers: NodeJS.Dict<string | string[]>
}

/** A fault that is armed, or was. */
export interface Armed {
  readonly id: string
  /** Its place among all that were ever armed. */
  readonly order: number
  readonly rule: Rule
  /** How many that matched have passed. */
  passed: number
  /** How often it has fired. */
  hits: number
  /** How many of those changed nothing: its patch did not apply. */
  unapplied: number
}

interface Window {
  begun: number
  count: number
}

/** Armed faults, first armed first fired. Each fires as often as its rule says, exactly, and is then used up. */
export class FaultPlan {
  readonly #armed: Armed[] = []
  readonly #windows = new Map<string, Window>()
  #count = 0

  get all(): readonly Armed[] {
    return this.#armed
  }

  /** Whether one of them may befall an operation: most requests need no closer look. */
  mayConcern(operation: string): boolean {
    return this.#armed.some(({ rule }) => rule.operation === '*' || rule.operation === operation)
  }

  arm(rule: Rule): Armed {
    this.#count++
    const armed = { id: `fault_${this.#count}`, order: this.#count, rule, passed: 0, hits: 0, unapplied: 0 }
    this.#armed.push(armed)
    return armed
  }

  /** Whether there was one of that id. */
  disarm(id: string): boolean {
    const index = this.#armed.findIndex((armed) => armed.id === id)
    if (index >= 0) this.#armed.splice(index, 1)
    this.#windows.delete(id)
    return index >= 0
  }

  disarmAll(): void {
    this.#armed.length = 0
    this.#windows.clear()
  }

  /** The rate limit that a request exceeds, which has then fired. `now` in milliseconds of the sandbox's clock. */
  exceeded(occasion: Occasion, now: number): Armed | undefined {
    let refusing: Armed | undefined
    for (const armed of this.#armed) {
      const { effect } = armed.rule
      if (effect.kind !== 'rate_limit' || !fits(armed.rule, occasion)) continue
      if (refusing === undefined && this.#isOver(armed.id, effect, now)) refusing = armed
    }
    if (refusing !== undefined) refusing.hits++
    return refusing
  }

  /** The fault that fires for a request, of those that were armed after `previous`. */
  next(occasion: Occasion, when: Moment, previous?: Armed): Armed | undefined {
    // By their order, for the one before may have been disarmed meanwhile.
    const start = previous?.order ?? 0
    return this.#armed.find((armed) => armed.order > start && armed.rule.when === when && takes(armed, occasion))
  }

  /** Counts a request into its window, a fixed one that begins with the first request counted. */
  #isOver(id: string, { requests, window_ms }: EffectOf<'rate_limit'>, now: number): boolean {
    const window = this.#windows.get(id)
    // A clock that was set back begins a window anew.
    if (window === undefined || now >= window.begun + window_ms || now < window.begun) {
      this.#windows.set(id, { begun: now, count: 1 })
      return requests < 1
    }
    window.count++
    return window.count > requests
  }
}

export const remaining = ({ rule: { times }, hits }: Armed): number | null => (times === null ? null : times - hits)

/** Whether it fires for this request, which it then has. */
function takes(armed: Armed, occasion: Occasion): boolean {
  if (armed.rule.effect.kind === 'rate_limit' || remaining(armed) === 0 || !fits(armed.rule, occasion)) return false
  if (armed.passed < armed.rule.skip) {
    armed.passed++
    return false
  }
  armed.hits++
  return true
}

function fits({ operation, match }: Rule, occasion: Occasion): boolean {
  return (operation === '*' || operation === occasion.operation) && matches(match, occasion)
}

function matches({ key_id, calling_key_id, header = {} }: Match, occasion: Occasion): boolean {
  if (key_id !== undefined && key_id !== occasion.key_id) return false
  if (calling_key_id !== undefined && calling_key_id !== occasion.calling_key_id) return false
  return Object.entries(header).every(([name, value]) => [occasion.headers[name]].flat().join(', ') === value)
}

/** Those whose answer is that of the operation, spoilt. */
export const alwaysAfter: readonly Kind[] = ['truncate', 'malformed', 'mutate']
