import type { TSchema } from 'typebox'
import { ErrorResponse, Ref } from '../openai/schemas.ts'
import { rootServer } from '../openapi.ts'

const refusals = {
  400: [Ref(ErrorResponse), 'The body breaks a rule; `param` says where.'],
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
  params?: TSchema
  querystring?: TSchema
  /** Besides those that every control has. */
  refuses?: readonly Refusal[]
}

/** How route and document declare a control. */
export function control(operationId: string, { summary, description, answers, refuses = [], ...parts }: Operation) {
  const always: Refusal[] = parts.body === undefined ? [401, 403, 503] : [400, 401, 403, 413, 503]
  const refused = [...new Set([...always, ...refuses])].map((status) => [status, refusals[status]] as const)
  const responses = [...Object.entries(answers), ...refused].map(([status, [schema, words]]) => [
    status,
    { ...schema, description: words },
  ])
  const consumes = parts.body === undefined ? {} : { consumes: ['application/json', 'application/yaml'] }
  return {
    operationId,
    summary,
    description,
    tags: ['Controls'],
    servers: rootServer(),
    security: [],
    ...consumes,
    ...parts,
    response: Object.fromEntries(responses),
  }
}
