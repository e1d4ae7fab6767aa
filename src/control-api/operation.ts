import type { TSchema } from 'typebox'
import { challengeHeader, noRetryHeader, reasonHeader } from '../openai-api/http/response-headers.ts'
import { ErrorResponse, Ref } from '../schema/typebox.ts'
import { mayBeLeftOut } from './body.ts'
import { bodyExamples, controlServers, optionalBody } from './openapi.ts'

const refusals = {
  400: [Ref(ErrorResponse), 'It breaks a rule; `param` says where.'],
  401: [Ref(ErrorResponse), 'The token of `--control-token` is missing.'],
  403: [Ref(ErrorResponse), 'The Host is a public name.'],
  404: [Ref(ErrorResponse), 'There is no such thing.'],
  409: [Ref(ErrorResponse), 'It is there already.'],
  413: [Ref(ErrorResponse), 'The body is longer than 64 MiB.'],
  503: [Ref(ErrorResponse), 'The sandbox would be one more than the emulator may hold.'],
} as const

type Refusal = keyof typeof refusals

interface Operation {
  summary: string
  description: string
  /** By status. */
  answers: Record<number, [schema: TSchema, description: string]>
  body?: TSchema
  /** What the document says instead of `body`, which then validates: the same, told in another way. */
  documentedBody?: TSchema
  /** Bodies that work, for the pages to begin with. */
  examples?: readonly unknown[]
  params?: TSchema
  querystring?: TSchema
  /** Besides those that every control has. */
  refuses?: readonly Refusal[]
  /** Whether it acts on the addressed sandbox, which is then made if it is not there. */
  isOfSandbox?: boolean
}

/** How route and document declare a control. */
export function control(operationId: string, operation: Operation) {
  const { summary, description, answers, refuses = [], isOfSandbox = true, examples, ...parts } = operation
  const { body } = parts
  const always: Refusal[] = body === undefined ? [401, 403] : [400, 401, 403, 413]
  const refused = [...new Set([...always, ...refuses, ...(isOfSandbox ? [503 as const] : [])])].map((status) => {
    const [schema, words] = refusals[status]
    return [status, { ...schema, description: words, headers: headersOf(status) }]
  })
  const answered = Object.entries(answers).map(([status, [schema, words]]) => [
    status,
    { ...schema, description: words },
  ])
  return {
    operationId,
    summary,
    description,
    tags: ['Controls'],
    servers: controlServers(),
    security: [{}, { ControlToken: [] }],
    ...(body === undefined ? {} : { consumes: ['application/json', 'application/yaml'] }),
    ...(body !== undefined && mayBeLeftOut(body) ? optionalBody : {}),
    ...parts,
    ...(examples === undefined ? {} : bodyExamples(examples)),
    response: Object.fromEntries([...answered, ...refused]),
  }
}

function headersOf(status: Refusal): Record<string, TSchema> {
  if (status === 401) return { ...challengeHeader, ...reasonHeader }
  return status === 503 ? { ...noRetryHeader, ...reasonHeader } : reasonHeader
}
