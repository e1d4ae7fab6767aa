import type { FastifyReply, FastifyRequest } from 'fastify'
import { monotonicNow } from '../../common/clock.ts'
import { addApiHeaders } from '../../openai-api/http/response-headers.ts'
import { contextOf } from './context.ts'
import { type ResponseSummary, recordRequest } from './journal.ts'

/** Puts on an answer of the API the headers that it owes to who gives it, and when, and writes it down. */
export function finishResponse(request: FastifyRequest, reply: FastifyReply, response: ResponseSummary): void {
  const { requestId, sandbox, apiHeaderLevel, startedAt } = contextOf(request)
  const organizationId = sandbox?.settings.organization.id
  addApiHeaders(reply, { requestId, apiHeaderLevel, organizationId, duration: monotonicNow() - startedAt })
  recordRequest(request, reply, response)
}
