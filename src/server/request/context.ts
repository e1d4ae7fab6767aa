import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { monotonicNow } from '../../common/clock.ts'
import type { Generation } from '../../common/generation.ts'
import type { CredentialRow } from '../../openai-api/admin-api-keys/store.ts'
import type { ApiHeaderLevel } from '../../openai-api/errors/api-error.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { parseRequestTarget, type RequestTarget } from './target.ts'

/** What the steps of one request tell each other. */
export interface RequestContext {
  target: RequestTarget
  /** It is about the emulator itself: another server answers it. */
  isControlRoute: boolean
  /** Absent while none has been addressed: an unknown URL makes none. */
  sandbox: Sandbox | undefined
  /** Its URL is unknown, or its method, whatever the router makes of it. */
  isUnknownRoute: boolean
  /** It was pipelined, and others on its connection came before it. */
  isPipelined: boolean
  /** Of the sandbox, when the request entered it. */
  sandboxSignal: Generation | undefined
  /** The key that called, if it was one of ours. */
  caller: CredentialRow | undefined
  requestId: string
  /** The body as it came, once somebody has asked for it; `undefined` in it for one that was too long. */
  bodyPromise: Promise<Buffer | undefined> | undefined
  body: Buffer | undefined
  /** The key that the operation was about, by the true answer. */
  keyId: string | undefined
  /** The last fault that fired, and what is to be said of it. */
  faultId: string | undefined
  faultReason: string | undefined
  apiHeaderLevel: ApiHeaderLevel
  /** When it began, in real monotonic milliseconds. */
  startedAt: number
}

// On the request itself, with which it comes and goes.
const contextKey = Symbol('exchange')
type IncomingWithContext = IncomingMessage & { [contextKey]?: RequestContext }

/** Begins the exchange of a request and returns the URL that its routes know. */
export function createContext(raw: IncomingWithContext): string {
  // Handed on to another server it has begun already.
  if (raw[contextKey] !== undefined) return raw[contextKey].target.url
  const target = parseRequestTarget(raw.url ?? '/')
  raw[contextKey] = {
    target,
    isControlRoute: false,
    sandbox: undefined,
    isUnknownRoute: false,
    isPipelined: false,
    sandboxSignal: undefined,
    caller: undefined,
    requestId: '',
    bodyPromise: undefined,
    body: undefined,
    keyId: undefined,
    faultId: undefined,
    faultReason: undefined,
    apiHeaderLevel: 'organization',
    startedAt: monotonicNow(),
  }
  return target.url
}

/** The exchange that a request is part of. */
export function contextOf({ raw }: FastifyRequest): RequestContext {
  const context = (raw as IncomingWithContext)[contextKey]
  if (context === undefined) throw new Error('the request did not come through beginExchange')
  return context
}

/** The operationId of what a request reached, if it reached anything. */
export const operationIdOf = (request: FastifyRequest): string | undefined =>
  contextOf(request).isUnknownRoute ? undefined : request.routeOptions.schema?.operationId

/** Ends a request whose sandbox has been taken from under it: nobody may be told what no longer holds. */
export function destroyConnection(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.destroy()
}
