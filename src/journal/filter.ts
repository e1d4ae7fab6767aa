import * as Type from 'typebox'
import { operationIds } from '../openai-api/admin-api-keys/operation-ids.ts'
import { Choice } from '../schema/typebox.ts'
import type { JournalRecord } from './entry.ts'

// Each field of the filter is declared once: its schema for the document and the library, how its text is read (undefined
// if it breaks the rule, which is the schema's description), and which records match.

interface FilterField<Value> {
  schema: Type.TSchema
  parse(text: string): Value | undefined
  matches(record: JournalRecord, value: Value): boolean
}

const field = <Value, Schema extends Type.TSchema>(
  schema: Schema,
  parse: FilterField<Value>['parse'],
  matches: FilterField<Value>['matches'],
) => ({ schema: Type.Optional(schema), parse, matches })

const textField = (description: string, fieldOf: (record: JournalRecord) => string | undefined) =>
  field(
    Type.String({ description }),
    (text) => text,
    (record, value: string) => fieldOf(record) === value,
  )

/** A status, or the first digit of a class. */
type StatusFilter = { exactly: number } | { hundreds: number }

const filterFields = {
  operation: field(
    Choice([...operationIds, 'null'], {
      description: `one of ${operationIds.join(', ')}, or null for requests that reached no operation`,
    }),
    (text) => (text === 'null' ? null : operationIds.find((id) => id === text)),
    ({ request }, value: string | null) => (request.operation ?? null) === value,
  ),
  status: field(
    Type.Union([Type.Integer({ minimum: 100, maximum: 599 }), Type.String({ pattern: '^[1-5][xX]{2}$' })], {
      description: 'a number from 100 to 599, or a class such as 4xx',
    }),
    parseStatus,
    ({ request }, value: StatusFilter) => matchesStatus(request.status, value),
  ),
  method: field(
    Type.String({ description: 'a method such as POST' }),
    (text) => text.toUpperCase(),
    ({ request }, value: string) => request.method === value,
  ),
  path: textField('an exact path, without /sandbox/NAME', ({ request }) => request.path),
  key_id: textField('the key that the operation created, retrieved or deleted', ({ request }) => request.keyId),
  calling_key_id: textField('the key that authenticated the request', ({ request }) => request.callingKeyId),
  fault_id: textField('the fault that fired', ({ request }) => request.faultId),
  delivered: field(
    Type.Boolean({ description: 'true or false' }),
    (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
    ({ delivered }, value: boolean) => delivered === value,
  ),
  since: field(
    Type.String({ description: 'the id of a request: only entries after it' }),
    (text) => text,
    (_record, _value: string) => true,
  ),
  limit: field(
    Type.Integer({
      minimum: 0,
      maximum: 999_999_999,
      description: 'an integer from 0: at most this many, the first after `since`, or the newest without it',
    }),
    (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined),
    (_record, _value: number) => true,
  ),
}

type FilterFields = typeof filterFields
type FilterName = keyof FilterFields

/** The filter that a query asks for. */
export type JournalFilter = {
  [Name in FilterName]?:
    | NonNullable<Parameters<FilterFields[Name]['matches']>[1]>
    | (Name extends 'operation' ? null : never)
}

const { limit, ...streamFields } = filterFields
const schemasOf = <Fields extends Record<string, { schema: Type.TSchema }>>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])) as {
    [Name in keyof Fields]: Fields[Name]['schema']
  }

/** The query parameters that list the journal. */
export const JournalQuery = Type.Object({ ...schemasOf(streamFields), limit: limit.schema })
export type JournalQuery = Type.Static<typeof JournalQuery>

/** The query parameters that follow the journal. */
export const StreamQuery = Type.Object(schemasOf(streamFields))

function parseStatus(text: string): StatusFilter | undefined {
  const [, digit, rest] = /^([1-5])(\d\d|xx)$/i.exec(text) ?? []
  if (digit === undefined) return undefined
  return rest?.toLowerCase() === 'xx' ? { hundreds: Number(digit) } : { exactly: Number(text) }
}

function matchesStatus(status: number | undefined, expected: StatusFilter): boolean {
  if (status === undefined) return false
  return 'exactly' in expected ? status === expected.exactly : Math.floor(status / 100) === expected.hundreds
}

/** A query parameter that breaks a rule. */
export interface InvalidParameter {
  param: string
  rule: string
  got: string
}

/** Returns the filter of a query, or the first invalid parameter. */
export function parseFilter(query: Record<string, unknown>): JournalFilter | InvalidParameter {
  const filter: Record<string, unknown> = {}
  for (const [param, text] of Object.entries(query)) {
    const known = Object.hasOwn(filterFields, param) ? filterFields[param as FilterName] : undefined
    if (known === undefined) return { param, rule: `one of ${Object.keys(filterFields).join(', ')}`, got: param }
    if (typeof text !== 'string') return { param, rule: 'given once', got: JSON.stringify(text) }
    const value = known.parse(text)
    if (value === undefined) return { param, rule: descriptionOf(known.schema), got: text }
    filter[param] = value
  }
  return filter
}

const descriptionOf = (schema: Type.TSchema): string => (schema as { description?: string }).description ?? ''

/** Returns whether a record matches every field of the filter; `since` and `limit` select among the matching. */
export function matchesFilter(record: JournalRecord, filter: JournalFilter): boolean {
  return Object.entries(filter).every(([name, value]) =>
    (filterFields[name as FilterName] as FilterField<unknown>).matches(record, value),
  )
}
