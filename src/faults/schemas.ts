import * as Type from 'typebox'
import { headerTextPattern } from '../common/http-syntax.ts'
import { Choice, Nullable, RecordOf } from '../schema/typebox.ts'

const noExtraFields = { additionalProperties: false }
const Text = (description: string) => Type.String({ description })
export const headerNamePattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
export const HeaderText = Type.String({ pattern: headerTextPattern, description: 'printable ASCII' })

const Headers = (description: string) =>
  RecordOf({ ...HeaderText, description }, { pattern: headerNamePattern, ...noExtraFields, description })

const maxCount = Number.MAX_SAFE_INTEGER
const Count = (meaning: string) =>
  Type.Integer({ minimum: 0, maximum: maxCount, description: `an integer from 0: ${meaning}` })
const KeyId = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))
const Pointer = Type.String({
  pattern: '^(/([^~/]|~[01])*)*$',
  description: 'a JSON Pointer: empty, or beginning with "/", with ~0 and ~1 for "~" and "/" in a name',
})

export const PatchOperation = Type.Object(
  {
    op: Choice(['add', 'remove', 'replace', 'move', 'copy', 'test'], { description: 'an operation of JSON Patch' }),
    path: Pointer,
    from: Type.Optional(Pointer),
    value: Type.Optional(Type.Unknown()),
  },
  { ...noExtraFields, description: 'an operation of JSON Patch: {op, path, from, value}' },
)

export const kinds = [
  'error',
  'rate_limit',
  'delay',
  'hang',
  'reset',
  'empty',
  'truncate',
  'malformed',
  'mutate',
] as const

/** What arms a fault. Which of the fields go with which kind is checked in check.ts. */
export const FaultBody = Type.Object(
  {
    operation: Text('an operationId of the API, or "*"'),
    match: Type.Optional(
      Type.Object(
        {
          key_id: KeyId('the id of the key that the operation is about, which is not empty'),
          calling_key_id: KeyId('the id of the key that calls, which is not empty'),
          header: Type.Optional(Headers('headers of the request by name, each value exact')),
        },
        { ...noExtraFields, description: 'an object: {key_id, calling_key_id, header}' },
      ),
    ),
    when: Type.Optional(Choice(['before', 'after_commit'], { description: 'before or after_commit' })),
    kind: Choice(kinds, { description: `one of ${kinds.join(', ')}` }),
    times: Type.Optional(
      Nullable(Type.Integer({ minimum: 1, maximum: maxCount }), {
        description: 'an integer from 1, or null for ever: how often it fires, once unless given',
      }),
    ),
    skip: Type.Optional(Count('so many fitting requests pass first')),
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599, description: 'an integer from 400 to 599' })),
    message: Type.Optional(Text('a string')),
    type: Type.Optional(Text('a string')),
    code: Type.Optional(Nullable(Type.String(), { description: 'a string, or null' })),
    param: Type.Optional(Nullable(Type.String(), { description: 'a string, or null' })),
    headers: Type.Optional(Headers('headers of the answer by name, their values printable ASCII')),
    requests: Type.Optional(Count('so many are allowed per window')),
    per: Type.Optional(
      Type.String({
        pattern: '^[1-9][0-9]{0,9}(ms|[smhd])$',
        description: 'a duration such as "1m" (ms, s, m, h, d): how long a window is',
      }),
    ),
    ms: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 3_600_000, description: 'milliseconds, an integer from 0 to 3600000' }),
    ),
    patch: Type.Optional(
      Type.Array(PatchOperation, { minItems: 1, description: 'a JSON Patch (RFC 6902): a list of operations' }),
    ),
  },
  { ...noExtraFields, description: 'a fault: {operation, match, when, kind, times, skip, …}' },
)
export type FaultBody = Type.Static<typeof FaultBody>

export const ArmedFault = Type.Object({
  id: Type.String(),
  ...FaultBody.properties,
  match: FaultBody.properties.match,
  hits: Type.Integer({ description: 'How often it has fired.' }),
  unapplied: Type.Optional(
    Type.Integer({ description: 'Of `mutate`: how many of the hits changed nothing, as the patch did not apply.' }),
  ),
  remaining: Nullable(Type.Integer(), { description: 'How often it may still fire; null for ever.' }),
})
export type ArmedFault = Type.Static<typeof ArmedFault>
