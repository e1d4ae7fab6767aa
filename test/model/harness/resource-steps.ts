import fc from 'fast-check'
import type { AuditFilter } from './audit-model.ts'
import { malformedBodies } from './expected-errors.ts'
import { expiresInSeconds, limit, name, nth } from './generators.ts'
import type { ResourceBody } from './resource-model.ts'
import type { ResourceOperation } from './resource-operations.ts'
import type { Reference } from './steps.ts'

/** An object around admin keys, newest first: `of` its project or account first, or of the whole sandbox. */
export type ResourceReference = { nth: number; isOfParent: boolean } | string

export interface ResourceStep {
  do: 'call'
  /** The index of the sandbox. */
  at: number
  as: Reference | null
  hasV1: boolean
  operation: ResourceOperation
  project: ResourceReference
  account: ResourceReference
  key: ResourceReference
  /** `invalid` is an index of `malformedBodies`. */
  body: ResourceBody | { invalid: number }
  query: ResourceQuery
}

export interface ResourceQuery extends Pick<AuditFilter, 'event_types' | 'tenant_only' | 'actor_emails'> {
  after?: ResourceReference
  before?: ResourceReference
  limit?: number | 'many'
  include_archived?: boolean
  access?: string
  resource_ids?: ResourceReference[]
  actor_ids?: string[]
  project_ids?: string[]
  /** Seconds relative to the clock, by operator. */
  effective_at?: Exclude<AuditFilter['effective_at'], undefined>
}

const reference: fc.Arbitrary<ResourceReference> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ nth, isOfParent: fc.nat({ max: 7 }).map((n) => n > 0) }) },
  { weight: 1, arbitrary: fc.constantFrom('none', 'proj_default', 'id ü/?%', '0', 'constructor') },
)

const optional = <Fields extends Record<string, unknown>>(
  fields: { [Field in keyof Fields]: fc.Arbitrary<Fields[Field]> },
) => fc.record(fields, { requiredKeys: [] })

const page = { after: reference, limit }
const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 4 })
const changeableFields = { external_key_id: nullable(name), geography: nullable(fc.constant('EU')) }

const bodies = {
  'create-project': fc.record(
    { name, residency: nullable(fc.constantFrom('GLOBAL', 'US_STORAGE_PROCESSING')), ...changeableFields },
    { requiredKeys: ['name'] },
  ),
  'modify-project': optional({ name: nullable(name), ...changeableFields }),
  'create-project-service-account': fc.record(
    {
      name,
      create_service_account_only: nullable(fc.boolean()),
      expires_in_seconds: nullable(expiresInSeconds),
    },
    { requiredKeys: ['name'] },
  ),
  'update-project-service-account': optional({ name, role: fc.constantFrom('member', 'owner') }),
  CreateanAPIkeyforaserviceaccount: optional({
    name,
    scopes: fc.constantFrom<string[][]>([], ['api.all.read']),
    expires_in_seconds: nullable(expiresInSeconds),
  }),
  'update-project-api-key': optional({
    scopes: fc.constantFrom<string[][]>([], ['a', 'b']),
    expires_in_seconds: expiresInSeconds,
  }),
} satisfies Partial<Record<ResourceOperation, fc.Arbitrary<ResourceBody>>>

const seconds = fc.integer({ min: -100, max: 100 }).map((n) => (n % 3 === 0 ? 0 : n))

const eventTypes = ['api_key.created', 'project.created', 'service_account.deleted', 'user.added']

const filter: fc.Arbitrary<ResourceQuery> = fc.oneof(
  fc.record({
    event_types: fc.subarray(eventTypes, { minLength: 1 }),
  }),
  fc.record({ resource_ids: fc.array(reference, { minLength: 1, maxLength: 3 }) }),
  fc.record({ actor_ids: fc.subarray(['key_admin', 'key_bot', 'sa_bot', 'user-generated'], { minLength: 1 }) }),
  fc.record({
    actor_emails: fc.constantFrom<string[][]>(['admin@example.com'], ['nobody@example.com', 'admin@example.com']),
  }),
  fc.record({ project_ids: fc.constantFrom<string[][]>(['proj_default'], ['proj_default', 'proj_web'], ['proj_web']) }),
  fc.record({ tenant_only: fc.constantFrom(false, false, true) }),
  fc.record({
    effective_at: fc.oneof(...['gt', 'gte', 'lt', 'lte'].map((operator) => fc.record({ [operator]: seconds }))),
  }),
)

// With more than two filters, few events match.
const auditQuery: fc.Arbitrary<ResourceQuery> = fc
  .tuple(
    fc.oneof(
      optional({ limit }),
      fc.record({ after: reference }),
      fc.record({ before: reference, limit }),
      optional(page),
    ),
    fc.array(filter, { maxLength: 2 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fc.record({ before: reference }) }),
  )
  .map(([cursor, filters, more]) => Object.assign({}, more, ...filters, cursor))

const queries = {
  'list-projects': optional({ ...page, include_archived: fc.boolean() }),
  'list-project-service-accounts': optional(page),
  'list-project-api-keys': optional({ ...page, access: fc.constantFrom('active', 'inactive', 'any') }),
  'list-audit-logs': auditQuery,
} satisfies Partial<Record<ResourceOperation, fc.Arbitrary<ResourceQuery>>>

const withoutBody = [
  'retrieve-project',
  'archive-project',
  'retrieve-project-service-account',
  'delete-project-service-account',
  'retrieve-project-api-key',
  'delete-project-api-key',
  'listModels',
] as const

/** The operations around admin keys: those that create or list are more likely than those that delete. */
export function resourceSteps(
  at: fc.Arbitrary<number>,
  adminCaller: fc.Arbitrary<Reference | null>,
): fc.Arbitrary<ResourceStep>[] {
  const invalidBody = fc.record({ invalid: fc.nat({ max: malformedBodies.length - 1 }) })
  const common = {
    do: fc.constant('call' as const),
    at,
    hasV1: fc.boolean(),
    project: reference,
    account: reference,
    key: reference,
  }
  const call = (
    operation: ResourceOperation,
    parts: { body?: fc.Arbitrary<ResourceBody>; query?: fc.Arbitrary<ResourceQuery> },
  ) => {
    const { body = fc.constant({}), query = fc.constant({}) } = parts
    const hasBody = parts.body !== undefined
    const bodyOrInvalid = fc.oneof({ weight: 12, arbitrary: body }, { weight: hasBody ? 1 : 0, arbitrary: invalidBody })
    const modelCaller = fc.oneof(
      { weight: 6, arbitrary: fc.record({ projectKey: nth }) },
      { weight: 1, arbitrary: adminCaller },
    )
    const as = operation === 'listModels' ? modelCaller : adminCaller
    return fc.record({ ...common, as, operation: fc.constant(operation), body: bodyOrInvalid, query })
  }
  const creates = Object.entries(bodies).map(([operation, body]) => call(operation as ResourceOperation, { body }))
  const lists = Object.entries(queries).map(([operation, query]) => call(operation as ResourceOperation, { query }))
  return [fc.oneof(...creates), fc.oneof(...lists), fc.oneof(...withoutBody.map((operation) => call(operation, {})))]
}
