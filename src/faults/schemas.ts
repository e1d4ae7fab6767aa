import * as Type from 'typebox'
import { headerTextPattern } from '../common/http-syntax.ts'
import { operationIds, shortOperationIds } from '../openai-api/operation-ids.ts'
import { Choice, discriminatedUnion, Nullable, textMap } from '../schema/typebox.ts'

const closed = { additionalProperties: false }

const shortNames = Object.keys(shortOperationIds) as (keyof typeof shortOperationIds)[]

const HeaderName = Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", description: 'a header name' })
const HeaderText = Type.String({ pattern: headerTextPattern, description: 'printable ASCII' })
const Headers = (description: string) => textMap(HeaderName, HeaderText, description)

const maxCount = Number.MAX_SAFE_INTEGER
const Count = (meaning: string) =>
  Type.Integer({ minimum: 0, maximum: maxCount, description: `an integer from 0: ${meaning}` })
const KeyId = (meaning: string) =>
  Type.Optional(Type.String({ minLength: 1, description: `an id that is not empty: ${meaning}` }))
const Text = (meaning: string) => Type.Optional(Type.String({ description: `a string: ${meaning}` }))
const NullableText = (meaning: string) =>
  Type.Optional(Nullable(Type.String(), { description: `a string, or null: ${meaning}` }))

const Pointer = Type.String({
  // A longer one would exceed the stack of the pattern.
  maxLength: 1000,
  pattern: '^(/([^~/]|~[01])*)*$',
  description:
    'a JSON Pointer of at most 1,000 characters: empty or starting with "/", with ~0 and ~1 for "~" and "/" in a name',
})

function PatchStep<const Op extends string, Fields extends Type.TProperties>(op: Op, fields: Fields) {
  const properties = { op: Type.Literal(op), path: Pointer, ...fields }
  return Type.Object(properties, { ...closed, title: `the patch operation ${op}` })
}

export const PatchOperation = discriminatedUnion(
  'op',
  [
    PatchStep('add', { value: Type.Unknown() }),
    PatchStep('remove', {}),
    PatchStep('replace', { value: Type.Unknown() }),
    PatchStep('move', { from: Pointer }),
    PatchStep('copy', { from: Pointer }),
    PatchStep('test', { value: Type.Unknown() }),
  ],
  { description: 'an operation of JSON Patch: {op, path, from, value}' },
)
export type PatchOperation = Type.Static<typeof PatchOperation>

const Operation = Choice([...operationIds, ...shortNames, '*'], {
  description: 'an operationId, its short form, or "*" for every operation',
})

export const FaultMatch = Type.Object(
  {
    key_id: KeyId('the key that the operation retrieves or deletes, or, after the commit, has created'),
    project_id: KeyId('the project that the operation concerns, or, after the commit, has created'),
    calling_key_id: KeyId('the key that authenticates the request'),
    header: Type.Optional(Headers('request headers by name, with exact values')),
  },
  { ...closed, title: 'a match', description: 'an object: {key_id, project_id, calling_key_id, header}' },
)
export type FaultMatch = Type.Static<typeof FaultMatch>

const common = { operation: Operation, match: Type.Optional(FaultMatch) }

const counted = {
  times: Type.Optional(
    Nullable(Type.Integer({ minimum: 1, maximum: maxCount }), {
      description: 'an integer from 1: how often the fault fires, 1 by default; or null for no limit',
    }),
  ),
  skip: Type.Optional(Count('the number of matching requests to skip first')),
}

const Phase = Type.Optional(
  Choice(['before', 'after_commit'], { default: 'before', description: 'before or after_commit' }),
)
const AfterCommit = Type.Optional(
  Type.Literal('after_commit', { description: 'after_commit, because this kind changes the response of an operation' }),
)

function FaultOf<const Kind extends string, Fields extends Type.TProperties>(kind: Kind, fields: Fields) {
  const properties = { ...common, kind: Type.Literal(kind), ...fields }
  return Type.Object(properties, { ...closed, title: `a fault of kind ${kind}` })
}

export const maxDelayMs = 3_600_000
const Milliseconds = Type.Integer({ minimum: 0, maximum: maxDelayMs })
export const delayRule = `milliseconds, an integer from 0 to ${maxDelayMs}, or a duration up to 1h such as "2s" (ms, s, m, h)`

const effects = {
  status: Type.Integer({ minimum: 400, maximum: 599, description: 'an integer from 400 to 599' }),
  headers: Headers('response headers by name, with values of printable ASCII'),
  requests: Count('the number of requests allowed per window'),
  per: Type.String({
    pattern: '^[1-9][0-9]{0,9}(ms|[smhd])$',
    description: 'a duration such as "1m" (ms, s, m, h, d): the length of a window',
  }),
  ms: Type.Union([Milliseconds, Type.String({ pattern: '^(0|[1-9][0-9]{0,9})(ms|[smh])$' })], {
    description: delayRule,
  }),
  patch: Type.Array(PatchOperation, {
    minItems: 1,
    maxItems: 100,
    description: 'a JSON Patch (RFC 6902): a list of 1 to 100 operations',
  }),
}
const errorFields = {
  message: Text('the message of the error'),
  type: Text('the type of the error'),
  code: NullableText('the code of the error'),
  param: NullableText('the parameter that the error names'),
  headers: Type.Optional(effects.headers),
}

const { status, requests, per, ms, patch } = effects

/** The body that adds a fault: one form per kind. */
export const FaultBody = discriminatedUnion(
  'kind',
  [
    FaultOf('error', { status, ...errorFields, when: Phase, ...counted }),
    FaultOf('rate_limit', { requests, per }),
    FaultOf('delay', { ms, when: Phase, ...counted }),
    FaultOf('hang', { when: Phase, ...counted }),
    FaultOf('connection_reset', { when: Phase, ...counted }),
    FaultOf('empty_response', { when: Phase, ...counted }),
    FaultOf('truncated_body', { when: AfterCommit, ...counted }),
    FaultOf('malformed_json', { when: AfterCommit, ...counted }),
    FaultOf('json_patch', { patch, when: AfterCommit, ...counted }),
  ],
  { $id: 'Fault', description: 'a fault: {operation, match, when, kind, times, skip, …}' },
)
export type FaultBody = Type.Static<typeof FaultBody>

/** A fault as the control API returns it: the fields that its kind has, and what has become of it. */
export const ListedFault = Type.Object({
  id: Type.String(),
  operation: Choice([...operationIds, '*'], { description: 'An operationId, or "*" for every operation.' }),
  match: common.match,
  kind: Choice(
    FaultBody.oneOf.map(({ properties }) => properties.kind.const),
    { description: 'What the fault does; determines which of the other fields apply.' },
  ),
  when: Phase,
  ...counted,
  status: Type.Optional(status),
  ...errorFields,
  requests: Type.Optional(requests),
  per: Type.Optional(per),
  ms: Type.Optional(Type.Integer({ description: 'How long a `delay` lasts, in milliseconds.' })),
  patch: Type.Optional(patch),
  hits: Type.Integer({ description: 'How often it has fired.' }),
  unapplied: Type.Optional(
    Type.Integer({ description: 'For `json_patch`: how many hits changed nothing because the patch did not apply.' }),
  ),
  remaining: Nullable(Type.Integer(), { description: 'How often it can still fire; null for no limit.' }),
})
export type ListedFault = Type.Static<typeof ListedFault>
