import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Generation } from '../../common/generation.ts'
import type { CredentialRow } from '../../openai-api/admin-api-keys/store.ts'
import type { Disclosure } from '../../openai-api/errors/api-error.ts'
import { monotonicNow } from '../../sandbox/clock.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { type Address, parseAddress } from './target.ts'

/** What the steps of one request tell each other. */
export interface Exchange {
  address: Address
  /** It is about the emulator itself: another server answers it. */
  isOurs: boolean
  /** Absent while none has been addressed: an unknown URL makes none. */
  sandbox: Sandbox | undefined
  /** Its URL is unknown, or its method, whatever the router makes of it. */
  isUnrouted: boolean
  /** It was pipelined, and others on its connection came before it. */
  isBehind: boolean
  /** Of the sandbox, when the request entered it. */
  generation: Generation | undefined
  /** The key that called, if it was one of ours. */
  caller: CredentialRow | undefined
  requestId: string
  /** The body as it came, once somebody has asked for it; `undefined` in it for one that was too long. */
  sent: Promise<Buffer | undefined> | undefined
  body: Buffer | undefined
  /** The key that the operation was about, by the true answer. */
  keyId: string | undefined
  /** The last fault that fired, and what is to be said of it. */
  faultId: string | undefined
  remark: string | undefined
  disclosure: Disclosure
  /** When it began, in real monotonic milliseconds. */
  begun: number
}

// On the request itself, with which it comes and goes.
const key = Symbol('exchange')
type Begun = IncomingMessage & { [key]?: Exchange }

/** Begins the exchange of a request and returns the URL that its routes know. */
export function beginExchange(raw: Begun): string {
  // Handed on to another server it has begun already.
  if (raw[key] !== undefined) return raw[key].address.url
  const address = parseAddress(raw.url ?? '/')
  raw[key] = {
    address,
    isOurs: false,
    sandbox: undefined,
    isUnrouted: false,
    isBehind: false,
    generation: undefined,
    caller: undefined,
    requestId: '',
    sent: undefined,
    body: undefined,
    keyId: undefined,
    faultId: undefined,
    remark: undefined,
    disclosure: 'organization',
    begun: monotonicNow(),
  }
  return address.url
}

/** The exchange that a request is part of. */
export function exchangeOf({ raw }: FastifyRequest): Exchange {
  const exchange = (raw as Begun)[key]
  if (exchange === undefined) throw new Error('the request did not come through beginExchange')
  return exchange
}

/** The operationId of what a request reached, if it reached anything. */
export const operationOf = (request: FastifyRequest): string | undefined =>
  exchangeOf(request).isUnrouted ? undefined : request.routeOptions.schema?.operationId

/** Ends a request whose sandbox has been taken from under it: nobody may be told what no longer holds. */
export function cut(reply: FastifyReply): void {
  reply.hijack()
  reply.raw.destroy()
}
