import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { monotonicNow } from '../../common/clock.ts'
import { redact } from '../../common/redaction.ts'
import type { JournalRecord } from '../../journal/entry.ts'
import type { RedactText } from '../../journal/redact-entry.ts'
import type { ApiHeaderLevel } from '../../openai-api/errors/api-error.ts'
import type { Caller } from '../../openai-api/keys/caller.ts'
import type { TargetIds } from '../../openai-api/operation-result.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { parseRequestTarget, type RequestTarget } from './target.ts'

/** A fault that fired for a request. */
export interface FiredFault {
  id: string
  kind: string
  when: string
}

/** The data that the steps of one request share. */
export interface RequestContext {
  target: RequestTarget
  /** Undefined until the request has entered its sandbox. An unknown URL never creates one. */
  sandbox: Sandbox | undefined
  /** The sandbox's abort signal at the time the request entered it. */
  sandboxSignal: AbortSignal | undefined
  /** No operation has this URL and method, whatever the router matched. */
  isUnknownRoute: boolean
  /** The request arrived before earlier ones on its connection were complete. */
  isPipelined: boolean
  /** The calling key; undefined under `auth: any` for an unknown token. */
  caller: Caller | undefined
  /** Empty for requests to the control API and health checks, which carry no request id. */
  requestId: string
  /** The body, once something has asked for it; resolves to undefined if it is too long. */
  bodyPromise: Promise<Buffer | undefined> | undefined
  /** The request in the journal, once it has entered its sandbox; undefined if the journal is off. */
  journalRecord: JournalRecord | undefined
  /** Removes secrets from what is added to the record. */
  redactText: RedactText
  /** The objects that the operation concerns and that the URL does not name. */
  targets: TargetIds
  /** The last fault that fired. */
  fault: FiredFault | undefined
  /** Why that fault changed nothing; undefined if it did. */
  faultReason: string | undefined
  apiHeaderLevel: ApiHeaderLevel
  /** Real monotonic milliseconds. */
  startedAt: number
}

// Stored on Node's request, so that both apps find it and it is garbage-collected with the request.
const contextKey = Symbol('context')
type IncomingWithContext = IncomingMessage & { [contextKey]?: RequestContext }

/** Creates the context of a request that has just arrived. */
export function createContext(raw: IncomingWithContext): RequestContext {
  const context: RequestContext = {
    target: parseRequestTarget(raw.url ?? '/'),
    sandbox: undefined,
    sandboxSignal: undefined,
    isUnknownRoute: false,
    isPipelined: false,
    caller: undefined,
    requestId: '',
    bodyPromise: undefined,
    journalRecord: undefined,
    redactText: redact,
    targets: {},
    fault: undefined,
    faultReason: undefined,
    apiHeaderLevel: 'full',
    startedAt: monotonicNow(),
  }
  raw[contextKey] = context
  return context
}

/** Returns the target of a request that has passed the dispatcher. */
export const targetOf = (raw: IncomingMessage): RequestTarget => contextOfRaw(raw).target

/** Returns the URL that the routes match: without authority, `/sandbox/NAME` and `/v1`. */
export const routedUrl = (raw: IncomingMessage): string => contextOfRaw(raw).target.url

export const contextOf = ({ raw }: FastifyRequest): RequestContext => contextOfRaw(raw)

function contextOfRaw(raw: IncomingWithContext): RequestContext {
  const context = raw[contextKey]
  if (context === undefined) throw new Error('the request did not pass the dispatcher')
  return context
}

/** Returns the operationId of the operation that a request reached, or undefined if it reached none. */
export const operationIdOf = (request: FastifyRequest): string | undefined =>
  contextOf(request).isUnknownRoute ? undefined : request.routeOptions.schema?.operationId

/** Closes the connection of an aborted request without a response: any response could contradict the new state. */
export function destroyConnection(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.destroy()
}
