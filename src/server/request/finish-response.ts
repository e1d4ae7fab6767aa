import type { FastifyReply, FastifyRequest } from 'fastify'
import { addApiHeaders } from '../../openai-api/http/response-headers.ts'
import { monotonicNow } from '../../sandbox/clock.ts'
import { exchangeOf } from './context.ts'
import { type Answer, observe } from './journal.ts'

/** Puts on an answer of the API the headers that it owes to who gives it, and when, and writes it down. */
export function sign(request: FastifyRequest, reply: FastifyReply, answer: Answer): void {
  const { requestId, sandbox, disclosure, begun } = exchangeOf(request)
  const organizationId = sandbox?.settings.organization.id
  addApiHeaders(reply, { requestId, disclosure, organizationId, duration: monotonicNow() - begun })
  observe(request, reply, answer)
}
