import * as Type from 'typebox'
import { operationIds } from '../openai-api/operation-ids.ts'
import { Choice } from '../schema/typebox.ts'
import type { JournalRecord } from './entry.ts'

type Predicate = (record: JournalRecord) => boolean

interface FilterField {
  /** For the document and the library; its description is the rule in error messages. */
  schema: Type.TSchema
  /** Returns which records match a text; undefined if the text breaks the rule. */
  parse: (text: string) => Predicate | undefined
}

const textField = (description: string, fieldOf: (record: JournalRecord) => string | undefined) => ({
  schema: Type.Optional(Type.String({ description })),
  parse: (text: string): Predicate => {
    return (record) => fieldOf(record) === text
  },
})

const filterFields = {
  operation: {
    schema: Type.Optional(
      Choice([...operationIds, 'null'], {
        description: `one of ${operationIds.join(', ')}, or null for requests that reached no operation`,
      }),
    ),
    parse: parseOperation,
  },
  status: {
    schema: Type.Optional(
      Type.Union([Type.Integer({ minimum: 100, maximum: 599 }), Type.String({ pattern: '^[1-5][xX]{2}$' })], {
        description: 'a number from 100 to 599, or a class such as 4xx',
      }),
    ),
    parse: parseStatus,
  },
  method: {
    schema: Type.Optional(Type.String({ description: 'a method such as POST' })),
    parse: parseMethod,
  },
  path: textField('an exact path, without /sandbox/NAME', (record) => record.path),
  key_id: textField('the key that the operation created, retrieved, updated or deleted', (record) => record.keyId),
  project_id: textField('the project that the operation concerns', (record) => record.projectId),
  service_account_id: textField('the service account that the operation concerns', (record) => record.serviceAccountId),
  calling_key_id: textField('the key that authenticated the request', (record) => record.callingKeyId),
  fault_id: textField('the fault that fired', (record) => record.faultId),
  delivered: {
    schema: Type.Optional(Type.Boolean({ description: 'true or false' })),
    parse: parseDelivered,
  },
  filter: {
    schema: Type.Optional(
      Type.String({
        description: 'a part of the path, operation, reason, or an id (of request, key, caller or fault), in any case',
      }),
    ),
    parse: parsePart,
  },
} satisfies Record<string, FilterField>

function parseOperation(text: string): Predicate | undefined {
  if (text === 'null') return (record) => record.operation === undefined
  const operation = operationIds.find((id) => id === text)
  return operation === undefined ? undefined : (record) => record.operation === operation
}

function parseStatus(text: string): Predicate | undefined {
  if (!/^[1-5](\d\d|xx)$/i.test(text)) return undefined
  const pattern = new RegExp(`^${text.replace(/xx/i, '..')}$`)
  return ({ status }) => status !== undefined && pattern.test(String(status))
}

function parseMethod(text: string): Predicate {
  const method = text.toUpperCase()
  return (record) => record.method === method
}

function parseDelivered(text: string): Predicate | undefined {
  return text === 'true' || text === 'false' ? ({ delivered }) => String(delivered) === text : undefined
}

function parsePart(text: string): Predicate {
  const part = text.toLowerCase()
  return ({ path, operation, reason, id, keyId, callingKeyId, faultId }) =>
    [path, operation, reason, id, keyId, callingKeyId, faultId].some((field) => field?.toLowerCase().includes(part))
}

const since = Type.Optional(Type.String({ description: 'the id of a request: only entries after it' }))
const limitRule = 'an integer from 0: the maximum number of entries, the first after `since`, otherwise the newest'
const limit = Type.Optional(Type.Integer({ minimum: 0, maximum: 999_999_999, description: limitRule }))

type FilterFields = typeof filterFields
const schemas = Object.fromEntries(Object.entries(filterFields).map(([name, { schema }]) => [name, schema])) as {
  [Name in keyof FilterFields]: FilterFields[Name]['schema']
}

/** The query parameters that list the journal. */
export const JournalQuery = Type.Object({ ...schemas, since, limit })
export type JournalQuery = Type.Static<typeof JournalQuery>

/** The query parameters that follow the journal. */
export const StreamQuery = Type.Object({ ...schemas, since })

/** What a query selects: the records that match, after `since`, at most `limit`. */
export interface JournalFilter {
  matches: Predicate
  since: string | undefined
  limit: number | undefined
}

/** The errors of invalid queries; `rule` follows "must be". */
interface QueryErrors {
  unknownQuery(param: string, available: string[]): Error
  invalidQuery(param: string, rule: string, got: string): Error
}

/** Returns the filter of a query with the parameters of `schema`. Throws if one is invalid. */
export function parseFilter(query: Record<string, unknown>, schema: Type.TObject, errors: QueryErrors): JournalFilter {
  const texts = new Map<string, string>()
  for (const [param, text] of Object.entries(query)) {
    if (!Object.hasOwn(schema.properties, param)) throw errors.unknownQuery(param, Object.keys(schema.properties))
    if (typeof text !== 'string') throw errors.invalidQuery(param, 'given once', [text].flat().join(', '))
    texts.set(param, text)
  }
  const predicates = Object.entries<FilterField>(filterFields).flatMap(([param, field]) => {
    const text = texts.get(param)
    if (text === undefined) return []
    const predicate = field.parse(text)
    if (predicate === undefined) throw errors.invalidQuery(param, descriptionOf(field.schema), text)
    return [predicate]
  })
  const limit = texts.get('limit')
  if (limit !== undefined && !/^\d{1,9}$/.test(limit)) throw errors.invalidQuery('limit', limitRule, limit)
  return {
    matches: (record) => predicates.every((matches) => matches(record)),
    since: texts.get('since'),
    limit: limit === undefined ? undefined : Number(limit),
  }
}

const descriptionOf = (schema: Type.TSchema): string => (schema as { description?: string }).description ?? ''
