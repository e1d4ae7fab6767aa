import type { FastifyReply, FastifyRequest } from 'fastify'
import { exchangeOf } from './exchange.ts'
import { type Answer, observe } from './observer.ts'
import { addApiHeaders } from './openai/headers.ts'
import { monotonicNow } from './sandbox/clock.ts'

/** Puts on an answer of the API the headers that it owes to who gives it, and when, and writes it down. */
export function sign(request: FastifyRequest, reply: FastifyReply, answer: Answer): void {
  const { requestId, sandbox, disclosure, begun } = exchangeOf(request)
  const organizationId = sandbox?.settings.organization.id
  addApiHeaders(reply, { requestId, disclosure, organizationId, duration: monotonicNow() - begun })
  observe(request, reply, answer)
}
