import type { FastifyReply } from 'fastify'
import * as Type from 'typebox'
import type { ApiHeaderLevel } from '../errors/api-error.ts'

/** The only version that the API has ever had. */
export const apiVersion = '2020-10-01'

const always = { required: true }

const requestId = {
  'x-request-id': Type.String({ pattern: '^req_[0-9a-f]{32}$', description: 'The id of the request.', ...always }),
}

const version = (options: object) => ({
  // A pattern, because some YAML readers turn the text itself into a date.
  'openai-version': Type.String({ pattern: `^${apiVersion}$`, description: 'The version of the API.', ...options }),
  'openai-processing-ms': Type.Integer({ minimum: 0, description: 'Processing time in milliseconds.', ...options }),
})

const organization = (options: object) => ({
  'openai-organization': Type.String({ description: 'The ID of the organization.', ...options }),
})

/** On errors; only the emulator sends it. */
export const reasonHeader = {
  'x-emulator-reason': Type.String({ description: 'The true cause of the error.', ...always }),
}

/** On a missing or wrong token. */
export const challengeHeader = {
  'www-authenticate': Type.String({ pattern: '^Bearer ', description: 'The required scheme.', ...always }),
}

/** On errors that clients should not retry. */
export const noRetryHeader = {
  'x-should-retry': Type.Literal('false', { description: 'Tells official clients not to retry.', ...always }),
}

/** On too many requests, which only faults cause. */
const retryAfterHeader = {
  'retry-after': Type.Integer({ minimum: 1, description: 'Seconds to wait, if the fault has this header.' }),
}

/** Returns the documented headers of a response; `required` marks headers that are always present. */
export function responseHeaderSchemas(status: number): Record<string, Type.TSchema> {
  if (status < 400) return { ...requestId, ...version(always), ...organization(always) }
  if (status === 401) return { ...requestId, ...version({}), ...challengeHeader, ...reasonHeader }
  // A request that reaches no sandbox has no organization.
  const errorHeaders = { ...requestId, ...version(always), ...organization({}), ...reasonHeader }
  if (status === 429) return { ...errorHeaders, ...retryAfterHeader }
  return status === 503 ? { ...errorHeaders, ...noRetryHeader } : errorHeaders
}

export interface ResponseIdentity {
  /** `req_` and 32 lower-case hexadecimal digits, unique within the sandbox. */
  requestId: string
  /** Undefined if the request reached no sandbox. */
  organizationId: string | undefined
  apiHeaderLevel: ApiHeaderLevel
  /** Milliseconds since the request arrived. */
  duration: number
}

/** Adds the headers that every response of the API carries, and its content type without a charset. */
export function addApiHeaders(
  reply: FastifyReply,
  { requestId, organizationId, apiHeaderLevel, duration }: ResponseIdentity,
): void {
  reply.header('x-request-id', requestId)
  // Fastify adds a charset to what it serializes; the real API sends none.
  if (reply.hasHeader('content-type')) reply.header('content-type', 'application/json')
  if (apiHeaderLevel === 'minimal') return
  reply.header('openai-version', apiVersion)
  reply.header('openai-processing-ms', Math.round(duration))
  if (apiHeaderLevel === 'full' && organizationId !== undefined) reply.header('openai-organization', organizationId)
}
