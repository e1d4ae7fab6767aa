import type { TSchema } from 'typebox'
import { challengeHeader, noRetryHeader, reasonHeader } from '../openai-api/http/response-headers.ts'
import { ErrorResponse, Ref } from '../schema/typebox.ts'
import { isBodyOptional } from './body.ts'
import { bodyExamples, controlServers, optionalBody } from './openapi.ts'

const errorResponses = {
  400: [Ref(ErrorResponse), 'It breaks a rule; `param` says where.'],
  401: [Ref(ErrorResponse), 'The token of `--control-token` is missing.'],
  403: [Ref(ErrorResponse), 'The Host is a public name.'],
  404: [Ref(ErrorResponse), 'There is no such thing.'],
  409: [Ref(ErrorResponse), 'It is there already.'],
  413: [Ref(ErrorResponse), 'The body is longer than 64 MiB.'],
  503: [Ref(ErrorResponse), 'The sandbox would be one more than the emulator may hold.'],
} as const

type ErrorStatus = keyof typeof errorResponses

interface Operation {
  summary: string
  description: string
  /** By status. */
  responses: Record<number, [schema: TSchema, description: string]>
  body?: TSchema
  /** What the document says instead of `body`, which then validates: the same, told in another way. */
  openapiBody?: TSchema
  /** Bodies that work, for the pages to begin with. */
  examples?: readonly unknown[]
  params?: TSchema
  querystring?: TSchema
  /** Besides those that every control has. */
  extraErrors?: readonly ErrorStatus[]
  /** Whether it acts on the addressed sandbox, which is then made if it is not there. */
  createsSandbox?: boolean
}

/** How route and document declare a control. */
export function defineControl(operationId: string, operation: Operation) {
  const { summary, description, responses, extraErrors = [], createsSandbox = true, examples, ...rest } = operation
  const { body } = rest
  const commonErrors: ErrorStatus[] = body === undefined ? [401, 403] : [400, 401, 403, 413]
  const errors = [...new Set([...commonErrors, ...extraErrors, ...(createsSandbox ? [503 as const] : [])])].map(
    (status) => {
      const [schema, description] = errorResponses[status]
      return [status, { ...schema, description: description, headers: headersOf(status) }]
    },
  )
  const successes = Object.entries(responses).map(([status, [schema, description]]) => [
    status,
    { ...schema, description: description },
  ])
  return {
    operationId,
    summary,
    description,
    tags: ['Controls'],
    servers: controlServers(),
    security: [{}, { ControlToken: [] }],
    ...(body === undefined ? {} : { consumes: ['application/json', 'application/yaml'] }),
    ...(body !== undefined && isBodyOptional(body) ? optionalBody : {}),
    ...rest,
    ...(examples === undefined ? {} : bodyExamples(examples)),
    response: Object.fromEntries([...successes, ...errors]),
  }
}

function headersOf(status: ErrorStatus): Record<string, TSchema> {
  if (status === 401) return { ...challengeHeader, ...reasonHeader }
  return status === 503 ? { ...noRetryHeader, ...reasonHeader } : reasonHeader
}
