import * as Type from 'typebox'
import { operationIds } from '../openai-api/admin-api-keys/operation-ids.ts'
import { Choice, Nullable, RecordOf } from '../schema/typebox.ts'

const NullableText = (description: string) => Nullable(Type.String(), { description })
const NullableNumber = (description: string) => Nullable(Type.Number(), { description })
const TextsByName = (description: string) =>
  RecordOf(Type.Union([Type.String(), Type.Array(Type.String())]), { description })

export const JournalEntrySchema = Object.assign(
  Type.Object(
    {
      id: Type.String({ description: 'The `x-request-id`.' }),
      time: Type.String({ description: 'ISO 8601 with milliseconds, by the clock of the sandbox.' }),
      operation: NullableText('The operationId; null where the request reached none.'),
      method: Type.String(),
      url: Type.String({ description: 'As it was sent.' }),
      path: Type.String({ description: 'Without `/sandbox/NAME` and the query.' }),
      query: TextsByName('The query by name; a list where a name is repeated.'),
      headers: TextsByName('By name in lower case.'),
      body: NullableText('As it was sent, cut at 16 KB.'),
      status: Nullable(Type.Integer(), { description: 'Null where nothing was answered.' }),
      response_body: NullableText('Cut at 16 KB.'),
      calling_key_id: NullableText('The key that called.'),
      key_id: NullableText('The key that the operation was about.'),
      fault_id: NullableText('The fault that fired last.'),
      delivered: Type.Boolean({
        description: 'Whether the last byte was handed over, and nobody cut the connection before.',
      }),
      retry_count: Nullable(Type.Integer(), { description: 'From `x-stainless-retry-count`.' }),
      since_previous_ms: NullableNumber('Real milliseconds since the attempt before this one.'),
      duration_ms: Type.Number({ description: 'Real milliseconds.' }),
      reason: NullableText('The `x-emulator-reason`.'),
    },
    { $id: 'RequestEntry', description: 'A request to the emulated API, without a secret in it.' },
  ),
  { $id: 'RequestEntry' as const },
)

export type JournalEntry = Type.Static<typeof JournalEntrySchema>

const Text = (description: string, rule: Type.TStringOptions = {}) =>
  Type.Optional(Type.String({ ...rule, description }))

const filters = {
  operation: Type.Optional(
    Choice([...operationIds, 'null'], { description: 'An operationId, or `null` for requests that reached none.' }),
  ),
  status: Text('A number, or a class such as `4xx`.', { pattern: '^[1-5]([0-9]{2}|[xX]{2})$' }),
  method: Text('Such as `POST`.'),
  path: Text('Exact, without `/sandbox/NAME`.'),
  key_id: Text('The key that the operation was about.'),
  calling_key_id: Text('The key that called.'),
  fault_id: Text('The fault that fired.'),
  delivered: Type.Optional(Type.Boolean({ description: 'Whether the last byte was handed over.' })),
  since: Text('The id of a request: only those after it.'),
}

/** What a query of the journal may ask for; filter.ts reads it. */
export const ListQuery = Type.Object({
  ...filters,
  limit: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 999_999_999,
      description: 'At most so many: the first after `since`, the newest without it.',
    }),
  ),
})

export const StreamQuery = Type.Object(filters)
