import type { FastifyReply } from 'fastify'
import type { Disclosure } from './api-error.ts'

/** The only version there has ever been. */
export const apiVersion = '2020-10-01'

export interface Identity {
  /** `req_` and 32 lower-case hexadecimal digits, unique within the sandbox. */
  requestId: string
  /** Absent where the request reached no sandbox. */
  organizationId: string | undefined
  disclosure: Disclosure
  /** How long it took, in milliseconds. */
  duration: number
}

/** The headers that every answer of the API carries, and its bare content type. */
export function addApiHeaders(
  reply: FastifyReply,
  { requestId, organizationId, disclosure, duration }: Identity,
): void {
  reply.header('x-request-id', requestId)
  // Fastify adds a charset to what it serializes; the service sends none.
  if (reply.hasHeader('content-type')) reply.header('content-type', 'application/json')
  if (disclosure === 'request_id') return
  reply.header('openai-version', apiVersion)
  reply.header('openai-processing-ms', Math.round(duration))
  if (disclosure === 'organization' && organizationId !== undefined) reply.header('openai-organization', organizationId)
}
