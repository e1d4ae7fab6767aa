import type { ApiError } from '../openai-api/errors/api-error.ts'
import type { Scope } from '../openai-api/errors/catalogue.ts'
import { WireFault } from './connection-faults.ts'
import { injectedError } from './error-for-status.ts'
import type { Effect, Moment } from './fault.ts'
import { applyPatch } from './json-patch.ts'
import type { Armed, FaultPlan, Occasion } from './registry.ts'

/** A request that faults may befall. */
export interface Victim {
  plan: FaultPlan
  occasion: Occasion
  token: string
  scope: Scope
  /** The present of the sandbox, in milliseconds. */
  now: () => number
  /** Resolves after so many real milliseconds, unless the request is cut before. */
  pause: (ms: number) => Promise<void>
  /** Tells that a fault has fired. */
  note: (armed: Armed) => void
  /** Tells why it changed nothing. */
  regret: (armed: Armed, reason: string) => void
}

/** Has the faults fire that come before the operation. Throws what is to be answered, or done to the connection, instead. */
export async function befallBefore(victim: Victim): Promise<void> {
  const limit = victim.plan.exceeded(victim.occasion, victim.now())
  if (limit !== undefined) {
    victim.note(limit)
    throw refusal(429, limit, victim)
  }
  await befall(victim, 'before')
}

/** Has the faults fire that come after the operation, whose answer is `text`. Resolves to what is to be answered. */
export async function befallAfter(victim: Victim, text: string): Promise<string> {
  const last = await befall(victim, 'after_commit', text)
  if (last?.rule.effect.kind === 'malformed') return text.slice(0, -1)
  return last?.rule.effect.kind === 'mutate' ? mutated(text, last, victim) : text
}

/** Fires one after the other: a delay goes on with the next. Resolves to one that spoils the answer. */
async function befall(victim: Victim, when: Moment, text?: string): Promise<Armed | undefined> {
  let armed: Armed | undefined
  for (;;) {
    armed = victim.plan.next(victim.occasion, when, armed)
    if (armed === undefined) return undefined
    victim.note(armed)
    const { effect } = armed.rule
    if (effect.kind === 'malformed' || effect.kind === 'mutate') return armed
    if (effect.kind !== 'delay') throw outcome(effect, armed, victim, text)
    await victim.pause(effect.ms)
  }
}

type Final = Exclude<Effect, { kind: 'delay' | 'malformed' | 'mutate' }>

function outcome(effect: Final, armed: Armed, victim: Victim, text: string | undefined): Error {
  switch (effect.kind) {
    case 'error':
      return refusal(effect.status, armed, victim)
    case 'rate_limit':
      return refusal(429, armed, victim)
    default:
      return new WireFault(effect.kind, text)
  }
}

function refusal(status: number, { id, rule: { effect, when } }: Armed, { token, scope, occasion }: Victim): ApiError {
  const { kind, status: _, ...given } = effect.kind === 'error' ? effect : { kind: effect.kind, status }
  const { key_id } = occasion
  return injectedError(status, given, { token, scope, key_id }, `fault; fault=${id}; kind=${kind}; when=${when}`)
}

/** The answer as the patch makes it; as it was where the patch does not apply. */
function mutated(text: string, armed: Armed, { regret }: Victim): string {
  const { effect } = armed.rule
  if (effect.kind !== 'mutate') return text
  try {
    return JSON.stringify(applyPatch(JSON.parse(text), effect.patch)) ?? 'null'
  } catch (error) {
    armed.unapplied++
    regret(armed, `mutate_failed; fault=${armed.id}; ${(error as Error).message}`)
    return text
  }
}
