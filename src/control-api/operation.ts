import type { TSchema } from 'typebox'
import { ErrorResponse } from '../openai-api/errors/schemas.ts'
import { challengeHeader, noRetryHeader, reasonHeader } from '../openai-api/http/response-headers.ts'
import { optionalBody } from '../schema/openapi-operation.ts'
import { Ref } from '../schema/typebox.ts'
import { InvalidBodyResponse } from './invalid-body.ts'
import { bodyExamples, controlServers } from './openapi.ts'

const errorDescriptions = {
  400: 'The request breaks a rule; `param` says where.',
  401: 'The token of `--control-token` is missing or wrong.',
  403: 'The Host is a public name that is not allowed, or a browser sent the request for another site.',
  404: 'Not found, or, with `--no-auto-create`, the sandbox does not exist.',
  409: 'The name is taken, a limit is reached, or a stored image is damaged.',
  413: 'The body is too long, or the state too large.',
  503: 'Sandbox limit exceeded, or the data directory cannot be used.',
} as const

type ErrorStatus = keyof typeof errorDescriptions

/** The responses of a control by status. */
export type ControlResponses = Record<number, [schema: TSchema, description: string]>

interface ControlDefinition {
  summary: string
  description: string
  responses: ControlResponses
  body?: TSchema
  /** Rejects a missing body. Otherwise it means an empty object, which the schema may reject. */
  requiresBody?: boolean
  /** Its body may be as long as an exported state. */
  carriesState?: boolean
  /** Documented instead of `body`. */
  openapiBody?: TSchema
  /** Example bodies for `/docs`. */
  examples?: readonly unknown[]
  params?: TSchema
  querystring?: TSchema
  /** Errors besides those that every control has. */
  extraErrors?: readonly ErrorStatus[]
  /** `sandbox` acts on the addressed sandbox, which is created if needed and allowed; `emulator` on all of them. */
  scope?: 'sandbox' | 'emulator'
}

/** Returns the route schema of a control, which the document describes too. */
export function defineControl(operationId: string, definition: ControlDefinition) {
  const { summary, description, responses, extraErrors = [], scope = 'sandbox', examples, ...schemas } = definition
  const { body } = schemas
  // Every control rejects an unknown query parameter.
  const commonErrors: ErrorStatus[] = body === undefined ? [400, 401, 403] : [400, 401, 403, 413]
  const statuses = new Set([
    ...commonErrors,
    ...extraErrors,
    ...(scope === 'sandbox' ? [404 as const, 503 as const] : []),
  ])
  const errorResponses = [...statuses].map((status) => [
    status,
    {
      ...Ref(status === 400 && body !== undefined ? InvalidBodyResponse : ErrorResponse),
      description: errorDescriptions[status],
      headers: errorHeaders(status),
    },
  ])
  const successResponses = Object.entries(responses).map(([status, [schema, text]]) => [
    status,
    { ...schema, description: text },
  ])
  return {
    operationId,
    summary,
    description,
    tags: ['Controls'],
    servers: controlServers(),
    security: [{}, { ControlToken: [] }],
    ...(body === undefined ? {} : { consumes: ['application/json', 'application/yaml'] }),
    ...(body !== undefined && !schemas.requiresBody && acceptsEmptyObject(body) ? optionalBody : {}),
    ...schemas,
    scope,
    ...(examples === undefined ? {} : bodyExamples(examples)),
    response: Object.fromEntries([...successResponses, ...errorResponses]),
  }
}

function acceptsEmptyObject(schema: TSchema): boolean {
  const { required = [], oneOf } = schema as { required?: string[]; oneOf?: unknown }
  return oneOf === undefined && required.length === 0
}

function errorHeaders(status: ErrorStatus): Record<string, TSchema> {
  if (status === 401) return { ...challengeHeader, ...reasonHeader }
  return status === 503 ? { ...noRetryHeader, ...reasonHeader } : reasonHeader
}
