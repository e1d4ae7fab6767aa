import type { ApiError } from '../openai-api/errors/api-error.ts'
import type { Scope } from '../openai-api/errors/catalogue.ts'
import { ConnectionFault } from './connection-faults.ts'
import { errorForStatus } from './error-for-status.ts'
import type { Effect, FaultPhase } from './fault.ts'
import { applyPatch } from './json-patch.ts'
import type { FaultRegistry, MatchableRequest, RegisteredFault } from './registry.ts'

/** A request that faults may befall. */
export interface FaultContext {
  registry: FaultRegistry
  request: MatchableRequest
  token: string
  scope: Scope
  /** The present of the sandbox, in milliseconds. */
  now: () => number
  /** Resolves after so many real milliseconds, unless the request is cut before. */
  pause: (ms: number) => Promise<void>
  /** Tells that a fault has fired. */
  onFired: (armed: RegisteredFault) => void
  /** Tells why it changed nothing. */
  onPatchFailed: (armed: RegisteredFault, reason: string) => void
}

/** Has the faults fire that come before the operation. Throws what is to be answered, or done to the connection, instead. */
export async function injectBefore(context: FaultContext): Promise<void> {
  const limit = context.registry.consumeRateLimits(context.request, context.now())
  if (limit !== undefined) {
    context.onFired(limit)
    throw toApiError(429, limit, context)
  }
  await fireFaults(context, 'before')
}

/** Has the faults fire that come after the operation, whose answer is `text`. Resolves to what is to be answered. */
export async function injectAfter(context: FaultContext, text: string): Promise<string> {
  const fault = await fireFaults(context, 'after_commit', text)
  if (fault?.fault.effect.kind === 'malformed') return text.slice(0, -1)
  return fault?.fault.effect.kind === 'mutate' ? applyMutation(text, fault, context) : text
}

/** Fires one after the other: a delay goes on with the next. Resolves to one that spoils the answer. */
async function fireFaults(
  context: FaultContext,
  when: FaultPhase,
  text?: string,
): Promise<RegisteredFault | undefined> {
  let armed: RegisteredFault | undefined
  for (;;) {
    armed = context.registry.next(context.request, when, armed)
    if (armed === undefined) return undefined
    context.onFired(armed)
    const { effect } = armed.fault
    if (effect.kind === 'malformed' || effect.kind === 'mutate') return armed
    if (effect.kind !== 'delay') throw toThrown(effect, armed, context, text)
    await context.pause(effect.ms)
  }
}

type TerminalEffect = Exclude<Effect, { kind: 'delay' | 'malformed' | 'mutate' }>

function toThrown(
  effect: TerminalEffect,
  armed: RegisteredFault,
  context: FaultContext,
  text: string | undefined,
): Error {
  switch (effect.kind) {
    case 'error':
      return toApiError(effect.status, armed, context)
    case 'rate_limit':
      return toApiError(429, armed, context)
    default:
      return new ConnectionFault(effect.kind, text)
  }
}

function toApiError(
  status: number,
  { id, fault: { effect, when } }: RegisteredFault,
  { token, scope, request }: FaultContext,
): ApiError {
  const { kind, status: _, ...overrides } = effect.kind === 'error' ? effect : { kind: effect.kind, status }
  const { key_id } = request
  return errorForStatus(status, overrides, { token, scope, key_id }, `fault; fault=${id}; kind=${kind}; when=${when}`)
}

/** The answer as the patch makes it; as it was where the patch does not apply. */
function applyMutation(text: string, armed: RegisteredFault, { onPatchFailed }: FaultContext): string {
  const { effect } = armed.fault
  if (effect.kind !== 'mutate') return text
  try {
    return JSON.stringify(applyPatch(JSON.parse(text), effect.patch)) ?? 'null'
  } catch (error) {
    armed.unapplied++
    onPatchFailed(armed, `mutate_failed; fault=${armed.id}; ${(error as Error).message}`)
    return text
  }
}
