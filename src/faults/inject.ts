import type { ApiError } from '../openai-api/errors/api-error.ts'
import { ConnectionFault } from './connection-faults.ts'
import { type ErrorContext, type ErrorOverrides, errorForStatus } from './error-for-status.ts'
import type { FaultPhase } from './fault.ts'
import { applyPatch, maxPatchedLength } from './json-patch.ts'
import type { FaultRegistry, MatchableRequest, RegisteredFault } from './registry.ts'
import type { PatchOperation } from './schemas.ts'

/** A request to which faults may apply. */
export interface FaultContext {
  registry: FaultRegistry
  request: MatchableRequest
  error: ErrorContext
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
    throw injectedError(429, {}, exceeded, context)
  }
  await fireFaults(context, 'before')
}

/** Fires the faults with `when: after_commit`. Resolves to the response body to send; rejects as `injectBefore` does. */
export function injectAfter(context: FaultContext, body: string): Promise<string> {
  return fireFaults(context, 'after_commit', body)
}

/** Fires faults in order: after a delay comes the next. Resolves to the response body, which the last may have changed. */
async function fireFaults(context: FaultContext, when: FaultPhase, body = ''): Promise<string> {
  let previous: RegisteredFault | undefined
  for (;;) {
    const registered = context.registry.next(context.request, when, previous)
    if (registered === undefined) return body
    context.onFired(registered)
    const { fault } = registered
    switch (fault.kind) {
      case 'delay':
        await context.pause(fault.ms)
        break
      case 'malformed_json':
        return body.slice(0, -1)
      case 'json_patch':
        return patchBody(body, fault.patch, registered, context)
      case 'error':
        throw injectedError(fault.status, fault, registered, context)
      default:
        throw new ConnectionFault(fault.kind, body)
    }
    previous = registered
  }
}

function injectedError(
  status: number,
  overrides: ErrorOverrides,
  { id, fault: { kind, when } }: RegisteredFault,
  { error }: FaultContext,
): ApiError {
  const reason = `fault; fault=${id}; kind=${kind}; when=${when}`
  return errorForStatus(status, overrides, error, reason)
}

/** Returns the patched body, or the body unchanged if the patch does not apply. */
function patchBody(
  body: string,
  patch: readonly PatchOperation[],
  registered: RegisteredFault,
  { onPatchFailed }: FaultContext,
): string {
  try {
    if (body.length > maxPatchedLength) throw new Error(`the response is longer than ${maxPatchedLength} characters`)
    const patched = JSON.stringify(applyPatch(JSON.parse(body), patch)) ?? 'null'
    if (patched.length > maxPatchedLength) throw new Error(`the result is longer than ${maxPatchedLength} characters`)
    return patched
  } catch (error) {
    registered.unapplied++
    onPatchFailed(registered, `patch_failed; fault=${registered.id}; ${(error as Error).message}`)
    return body
  }
}
