import type { ApiError } from '../openai-api/errors/api-error.ts'
import type { Scope } from '../openai-api/errors/catalogue.ts'
import { ConnectionFault } from './connection-faults.ts'
import { errorForStatus } from './error-for-status.ts'
import type { Effect, FaultPhase } from './fault.ts'
import { applyPatch, type PatchOperation } from './json-patch.ts'
import type { FaultRegistry, MatchableRequest, RegisteredFault } from './registry.ts'

/** A request to which faults may apply. */
export interface FaultContext {
  registry: FaultRegistry
  request: MatchableRequest
  token: string
  scope: Scope
  /** Returns the sandbox time in milliseconds. */
  now: () => number
  /** Resolves after `ms` real milliseconds. Rejects if the request is aborted before. */
  pause: (ms: number) => Promise<void>
  onFired: (registered: RegisteredFault) => void
  onPatchFailed: (registered: RegisteredFault, reason: string) => void
}

/** Fires the faults with `when: before`. Rejects with the ApiError to send or the ConnectionFault to apply. */
export async function injectBefore(context: FaultContext): Promise<void> {
  const exceeded = context.registry.consumeRateLimits(context.request, context.now())
  if (exceeded !== undefined) {
    context.onFired(exceeded)
    throw injectedError(429, exceeded, context)
  }
  await fireFaults(context, 'before')
}

/** Fires the faults with `when: after_commit`. Resolves to the response body to send; rejects as `injectBefore` does. */
export async function injectAfter(context: FaultContext, body: string): Promise<string> {
  const bodyFault = await fireFaults(context, 'after_commit', body)
  const effect = bodyFault?.fault.effect
  if (bodyFault === undefined || effect === undefined) return body
  if (effect.kind === 'malformed_json') return body.slice(0, -1)
  return effect.kind === 'json_patch' ? applyMutation(body, effect.patch, bodyFault, context) : body
}

/** Fires faults in order: after a delay comes the next. Resolves to the first that changes the response body. */
async function fireFaults(
  context: FaultContext,
  when: FaultPhase,
  body?: string,
): Promise<RegisteredFault | undefined> {
  let registered: RegisteredFault | undefined
  for (;;) {
    registered = context.registry.next(context.request, when, registered)
    if (registered === undefined) return undefined
    context.onFired(registered)
    const { effect } = registered.fault
    if (effect.kind === 'malformed_json' || effect.kind === 'json_patch') return registered
    if (effect.kind !== 'delay') throw toThrown(effect, registered, context, body)
    await context.pause(effect.ms)
  }
}

type TerminalEffect = Exclude<Effect, { kind: 'delay' | 'malformed_json' | 'json_patch' }>

function toThrown(
  effect: TerminalEffect,
  registered: RegisteredFault,
  context: FaultContext,
  body: string | undefined,
): Error {
  if (effect.kind === 'error') return injectedError(effect.status, registered, context)
  // The registry counts rate limits by themselves and never returns one as the next fault.
  if (effect.kind === 'rate_limit') return injectedError(429, registered, context)
  return new ConnectionFault(effect.kind, body)
}

function injectedError(
  status: number,
  { id, fault: { effect, when } }: RegisteredFault,
  { token, scope, request }: FaultContext,
): ApiError {
  const { kind, status: _, ...overrides } = effect.kind === 'error' ? effect : { kind: effect.kind, status }
  const reason = `fault; fault=${id}; kind=${kind}; when=${when}`
  return errorForStatus(status, overrides, { token, scope, key_id: request.key_id }, reason)
}

/** Returns the patched body, or the body unchanged if the patch does not apply. */
function applyMutation(
  body: string,
  patch: readonly PatchOperation[],
  registered: RegisteredFault,
  { onPatchFailed }: FaultContext,
): string {
  try {
    return JSON.stringify(applyPatch(JSON.parse(body), patch)) ?? 'null'
  } catch (error) {
    registered.unapplied++
    onPatchFailed(registered, `patch_failed; fault=${registered.id}; ${(error as Error).message}`)
    return body
  }
}
