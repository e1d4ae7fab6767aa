import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Recorded } from '../../journal/entry.ts'
import type { Journal } from '../../journal/journal.ts'
import { bearerToken } from '../../openai-api/http/authentication.ts'
import { monotonicNow } from '../../sandbox/clock.ts'
import { bodyOf } from './body.ts'
import { exchangeOf, operationOf } from './context.ts'

/** What a client gets: nothing, where the connection is cut instead. */
export interface Answer {
  status?: number | undefined
  body?: string | undefined
}

/** Writes into the journal of a sandbox what was asked of it, and answered. */
export function observe(request: FastifyRequest, reply: FastifyReply, { status, body }: Answer): void {
  const exchange = exchangeOf(request)
  const { sandbox, generation, address, caller, requestId, begun } = exchange
  // A request that was cut by a reset has no place in the journal that begins with it.
  if (sandbox === undefined || generation?.isOver) return
  const { method, headers } = request
  const operation = operationOf(request)
  const reason = exchange.remark ?? reply.getHeader('x-emulator-reason')?.toString()
  const recorded = sandbox.journal.add({
    id: requestId,
    time: sandbox.state.clock.now(),
    operation,
    method,
    url: address.sentPath + address.query,
    path: address.sentPath.replace(/^\/sandbox\/[^/]+/, ''),
    headers,
    body: exchange.body?.toString('utf8'),
    status,
    responseBody: body,
    callingKeyId: caller?.id,
    keyId: exchange.keyId ?? keyIdOf(request, operation),
    faultId: exchange.faultId,
    token: bearerToken(headers.authorization),
    begun,
    ended: monotonicNow(),
    reason,
  })
  if (recorded === undefined) return
  if (exchange.sent === undefined && hasBody(headers)) addWhenRead(request, sandbox.journal, recorded)
  settleWhenSent(reply, sandbox.journal, recorded)
}

const hasBody = (headers: IncomingHttpHeaders) =>
  (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined

/** What is answered before its body was read waits for none: it may be on its way still, or never come. */
function addWhenRead(request: FastifyRequest, journal: Journal, recorded: Recorded): void {
  const token = bearerToken(request.headers.authorization)
  bodyOf(request).then(
    (bytes) => bytes !== undefined && journal.addBody(recorded, bytes.toString('utf8'), token),
    () => {},
  )
}

function settleWhenSent({ raw }: FastifyReply, journal: Journal, recorded: Recorded): void {
  raw.on('close', () => journal.settle(recorded, raw.writableFinished))
}

/** The key that an operation is about: of a create the new one. */
export function keyIdOf(request: FastifyRequest, operation: string | undefined, answer?: string): string | undefined {
  if (operation === undefined) return undefined
  if (operation === 'admin-api-keys-create') return /"id":"(key_[A-Za-z0-9]+)"/.exec(answer ?? '')?.[1]
  return (request.params as { key_id?: string } | undefined)?.key_id
}
