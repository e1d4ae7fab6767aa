import * as Type from 'typebox'
import { Choice, type Described } from '../schema/typebox.ts'
import type { FaultKind } from './fault.ts'
import { type Field, fieldsOf } from './fields.ts'
import { afterOnlyKinds } from './registry.ts'
import { FaultBody, HeaderText, headerNamePattern, kinds, PatchOperation } from './schemas.ts'

/** The body that arms a fault as the document tells it, by kind: check.ts holds it to the same table, and says more. */
export const documentFault = (operations: readonly string[]) =>
  Object.assign(
    Type.Union(
      Object.values(Object.groupBy(kinds, shapeOf)).map((alike = []) => ofKinds(alike, operations)),
      { $id: 'Fault', description: 'A fault, by its kind.' },
    ),
    { $id: 'Fault' as const },
  )

export const faultExamples = [
  { operation: 'admin-api-keys-list', kind: 'error', status: 429, headers: { 'retry-after-ms': '20' }, times: 2 },
  { operation: 'admin-api-keys-create', kind: 'reset', when: 'after_commit' },
  { operation: 'admin-api-keys-get', match: { key_id: 'key_abc' }, kind: 'error', status: 404, times: 3 },
  { operation: '*', kind: 'rate_limit', requests: 60, per: '1m' },
  { operation: '*', match: { header: { 'x-test': 'slow' } }, kind: 'delay', ms: 250, times: null },
  {
    operation: 'admin-api-keys-delete',
    kind: 'mutate',
    patch: [{ op: 'replace', path: '/deleted', value: false }],
  },
]

/** The same for kinds with the same fields. */
const shapeOf = (kind: FaultKind) => JSON.stringify([fieldsOf[kind], afterOnlyKinds.includes(kind)])

type Properties = Record<string, Type.TSchema>

const object = (properties: Properties, required: readonly string[], description: string) =>
  Type.Unsafe({ type: 'object', properties, required, additionalProperties: false, description })

function ofKinds(alike: readonly FaultKind[], operations: readonly string[]): Type.TSchema {
  const [kind = 'error'] = alike
  const { required, optional } = fieldsOf[kind]
  const properties = {
    operation: Choice([...operations, '*'], { description: wordsOf(FaultBody.properties.operation) }),
    match: matched,
    kind: Choice(alike),
    ...Object.fromEntries([...required, ...optional].map((field) => [field, schemaOf(field, kind)])),
  }
  return object(properties, ['operation', 'kind', ...required], `A fault of kind ${alike.join(', ')}.`)
}

const wordsOf = (schema: Type.TSchema) => (schema as Described).description ?? ''

// Of names that must fit a pattern the document would keep the values alone.
const headers = (schema: Type.TSchema) =>
  Type.Unsafe({
    type: 'object',
    propertyNames: { pattern: headerNamePattern },
    additionalProperties: HeaderText,
    description: wordsOf(schema),
  })

const { header, ...ids } = FaultBody.properties.match.properties
const matched = object({ ...ids, header: headers(header) }, [], 'Which requests it befalls: those that fit all of it.')

const { op: _, ...places } = PatchOperation.properties
const step = (ops: readonly string[], ...required: string[]) =>
  object({ op: Choice(ops), ...places }, ['op', 'path', ...required], `A step that is ${ops.join(', ')}.`)

const patch = Type.Array(
  Type.Union([step(['add', 'replace', 'test'], 'value'), step(['move', 'copy'], 'from'), step(['remove'])]),
  { minItems: 1, description: wordsOf(FaultBody.properties.patch) },
)

function schemaOf(field: Field, kind: FaultKind): Type.TSchema {
  if (field === 'when' && afterOnlyKinds.includes(kind)) return Type.Literal('after_commit')
  if (field === 'patch') return patch
  return field === 'headers' ? headers(FaultBody.properties.headers) : FaultBody.properties[field]
}
