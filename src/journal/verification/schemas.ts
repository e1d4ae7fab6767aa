import * as Type from 'typebox'
import { operationIds, shortOperationIds } from '../../openai-api/operation-ids.ts'
import { Choice, Nullable, textMap } from '../../schema/typebox.ts'

const closed = { additionalProperties: false }
const shortNames = Object.keys(shortOperationIds) as (keyof typeof shortOperationIds)[]

const count = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
const HeaderName = Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", description: 'a header name' })
const Id = (meaning: string) =>
  Type.Optional(Nullable(Type.String(), { description: `a string, or null for none: ${meaning}` }))

const fields = {
  operation: Type.Optional(
    Nullable(Choice([...operationIds, ...shortNames]), {
      description: 'an operationId, its short form, or null for requests that reached no operation',
    }),
  ),
  method: Type.Optional(Type.String({ minLength: 1, description: 'a method such as POST' })),
  path: Type.Optional(Type.String({ description: 'a path, without /sandbox/NAME and without the query' })),
  status: Type.Optional(
    Type.Union(
      [Type.Integer({ minimum: 100, maximum: 599 }), Type.String({ pattern: '^[1-5][xX]{2}$' }), Type.Null()],
      { description: 'a number from 100 to 599, a class such as 4xx, or null for no response' },
    ),
  ),
  key_id: Id('the key that the operation created, retrieved, updated or deleted'),
  project_id: Id('the project that the operation concerned'),
  service_account_id: Id('the service account that the operation concerned'),
  calling_key_id: Id('the key that authenticated the request'),
  header: Type.Optional(
    // More would block other requests while they are compared.
    {
      ...textMap(
        HeaderName,
        Type.String({ description: 'a string' }),
        'an object of at most 100 request headers by name, with exact values',
      ),
      maxProperties: 100,
    },
  ),
  json: Type.Optional(Type.Unknown({ description: 'any JSON: the whole body' })),
}

/** Longer than the JSON of any complete body in the journal: 16 KB, in which an escape has up to 6 characters. */
export const maxExpectedJsonLength = 128 * 1024

/** A request that a client should have sent: every given field must be equal. */
export const ExpectedRequest = Type.Object(fields, {
  ...closed,
  title: 'an expected request',
  description: `an object: {${Object.keys(fields).join(', ')}}`,
})
export type ExpectedRequest = Type.Static<typeof ExpectedRequest>

const rangeRule = 'an object: {at_least, at_most}, with one of them or both'
const Times = Type.Union(
  [
    Type.Integer(count),
    Type.Object(
      { at_least: Type.Optional(Type.Integer(count)), at_most: Type.Optional(Type.Integer(count)) },
      { ...closed, minProperties: 1, description: rangeRule },
    ),
  ],
  { description: `an integer from 0, or ${rangeRule}` },
)
export type Times = Type.Static<typeof Times>

/** The expected content of the journal. */
export const Verification = Type.Object(
  {
    ...fields,
    times: Type.Optional(Times),
    in_order: Type.Optional(
      Type.Array(ExpectedRequest, {
        minItems: 1,
        maxItems: 1000,
        description: 'a list of 1 to 1,000 expected requests, each {operation, method, path, …}',
      }),
    ),
  },
  { ...closed, title: 'a verification', description: 'an object: {operation, method, path, …, times} or {in_order}' },
)
export type Verification = Type.Static<typeof Verification>

const Difference = Type.Object({
  field: Type.String({
    description: 'A field of the expected request, or `in_order` for a request that came too early.',
  }),
  expected: Type.Unknown({ description: 'The expected value, without secrets. Of `header`, only what differs.' }),
  got: Type.Unknown({ description: 'The value in the journal.' }),
})
export type Difference = Type.Static<typeof Difference>

export const VerificationResult = Type.Object({
  verified: Type.Boolean(),
  count: Type.Integer({
    description: 'The number of matching requests; with `in_order`, how many requests of the list came in that order.',
  }),
  expected: Type.Union([Times, Type.Integer()], {
    description: 'The expected number: `times`, `{"at_least": 1}` by default; with `in_order`, the length of the list.',
  }),
  closest: Type.Array(
    Type.Object({
      id: Type.String({ description: 'The id of the entry.' }),
      differs: Type.Array(Difference),
    }),
    {
      description:
        'If not verified: the three entries that differ least, the least different first. If too many match: the last three of them.',
    },
  ),
})
export type VerificationResult = Type.Static<typeof VerificationResult>
