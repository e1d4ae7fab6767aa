import type { TSchema } from 'typebox'
import { challengeHeader, noRetryHeader, reasonHeader } from '../openai/headers.ts'
import { ErrorResponse, Ref } from '../openai/schemas.ts'
import { optionalBody, rootServer } from '../openapi.ts'
import { mayBeLeftOut } from './body.ts'

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
  params?: TSchema
  querystring?: TSchema
  /** Besides those that every control has. */
  refuses?: readonly Refusal[]
}

/** How route and document declare a control. */
export function control(operationId: string, { summary, description, answers, refuses = [], ...parts }: Operation) {
  const { body } = parts
  const always: Refusal[] = body === undefined ? [401, 403, 503] : [400, 401, 403, 413, 503]
  const refused = [...new Set([...always, ...refuses])].map((status) => {
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
    servers: rootServer(),
    security: [],
    ...(body === undefined ? {} : { consumes: ['application/json', 'application/yaml'] }),
    ...(body !== undefined && mayBeLeftOut(body) ? optionalBody : {}),
    ...parts,
    response: Object.fromEntries([...answered, ...refused]),
  }
}

function headersOf(status: Refusal): Record<string, TSchema> {
  if (status === 401) return { ...challengeHeader, ...reasonHeader }
  return status === 503 ? { ...noRetryHeader, ...reasonHeader } : reasonHeader
}
