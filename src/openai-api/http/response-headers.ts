import type { FastifyReply } from 'fastify'
import * as Type from 'typebox'
import type { ApiHeaderLevel } from '../errors/api-error.ts'

/** The only version there has ever been. */
export const apiVersion = '2020-10-01'

const always = { required: true }

const requestId = {
  'x-request-id': Type.String({ pattern: '^req_[0-9a-f]{32}$', description: 'The id of the request.', ...always }),
}

const version = (options: object) => ({
  // A pattern, for to some readers of YAML the text itself is a date.
  'openai-version': Type.String({ pattern: `^${apiVersion}$`, description: 'The version of the API.', ...options }),
  'openai-processing-ms': Type.Integer({ minimum: 0, description: 'How long it took, in milliseconds.', ...options }),
})

const organization = (options: object) => ({
  'openai-organization': Type.String({ description: 'The ID of the organization.', ...options }),
})

/** Why an answer is a refusal; only the emulator says so. */
export const reasonHeader = {
  'x-emulator-reason': Type.String({ description: 'The true cause, in words for a person.', ...always }),
}

/** Where a token is missing, or wrong. */
export const challengeHeader = {
  'www-authenticate': Type.String({ pattern: '^Bearer ', description: 'What is wanted instead.', ...always }),
}

/** Where a client should not try again. */
export const noRetryHeader = {
  'x-should-retry': Type.Literal('false', { description: 'Tells official clients not to try again.', ...always }),
}

/** The headers of an answer, as the document has them; `required` of one that is always there. */
export function responseHeaderSchemas(status: number): Record<string, Type.TSchema> {
  if (status < 400) return { ...requestId, ...version(always), ...organization(always) }
  if (status === 401) return { ...requestId, ...version({}), ...challengeHeader, ...reasonHeader }
  // Where no sandbox is reached no organization answers.
  const errorHeaders = { ...requestId, ...version(always), ...organization({}), ...reasonHeader }
  return status === 503 ? { ...errorHeaders, ...noRetryHeader } : errorHeaders
}

export interface ResponseIdentity {
  /** `req_` and 32 lower-case hexadecimal digits, unique within the sandbox. */
  requestId: string
  /** Absent where the request reached no sandbox. */
  organizationId: string | undefined
  apiHeaderLevel: ApiHeaderLevel
  /** How long it took, in milliseconds. */
  duration: number
}

/** The headers that every answer of the API carries, and its bare content type. */
export function addApiHeaders(
  reply: FastifyReply,
  { requestId, organizationId, apiHeaderLevel, duration }: ResponseIdentity,
): void {
  reply.header('x-request-id', requestId)
  // Fastify adds a charset to what it serializes; the service sends none.
  if (reply.hasHeader('content-type')) reply.header('content-type', 'application/json')
  if (apiHeaderLevel === 'minimal') return
  reply.header('openai-version', apiVersion)
  reply.header('openai-processing-ms', Math.round(duration))
  if (apiHeaderLevel === 'full' && organizationId !== undefined) reply.header('openai-organization', organizationId)
}
