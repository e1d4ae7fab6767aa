import * as Type from 'typebox'
import { component, Nullable, RecordOf } from '../schema/typebox.ts'

const NullableText = (description: string) => Nullable(Type.String(), { description })
const NullableNumber = (description: string) => Nullable(Type.Number(), { description })
const Parsed = (what: string) =>
  Type.Unknown({ description: `${what}; null if it is not JSON, was truncated, or has more than 1,000 levels.` })
const TextsByName = (description: string) =>
  RecordOf(Type.Union([Type.String(), Type.Array(Type.String())]), { description })

export const JournalEntrySchema = component(
  'JournalEntry',
  {
    id: Type.String({ description: 'The `x-request-id`.' }),
    time: Type.String({ description: 'Sandbox time of arrival, ISO 8601 with milliseconds.' }),
    operation: NullableText('The operationId; null if the request reached no operation.'),
    method: Type.String(),
    url: Type.String({ description: 'Path and query as sent, without secrets.' }),
    path: Type.String({ description: 'The path without `/sandbox/NAME` and without the query.' }),
    query: TextsByName('Query parameters by name; a list if a name is repeated.'),
    headers: TextsByName('Request headers by lower-case name.'),
    body: NullableText('The request body, truncated at 16 KB; null until it has arrived.'),
    json: Parsed('`body` parsed'),
    status: Nullable(Type.Integer(), {
      description: 'The response status; null while the request is pending, and if no response was sent.',
    }),
    response_body: NullableText('The response body, truncated at 16 KB.'),
    response_json: Parsed('`response_body` parsed'),
    calling_key_id: NullableText('The key that authenticated the request.'),
    key_id: NullableText('The key that the operation created, retrieved, updated or deleted.'),
    project_id: NullableText('The project that the operation concerns.'),
    service_account_id: NullableText('The service account that the operation concerns.'),
    fault_id: NullableText('The last fault that fired.'),
    fault_kind: NullableText('Its kind.'),
    delivered: Nullable(Type.Boolean(), {
      description:
        'Whether the whole response was handed to the operating system before the connection closed; null until then.',
    }),
    retry_count: Nullable(Type.Integer(), { description: 'From `x-stainless-retry-count`.' }),
    since_previous_ms: NullableNumber(
      'Real milliseconds from the arrival of the previous attempt to that of this one.',
    ),
    duration_ms: NullableNumber('Real milliseconds; null while the request is pending.'),
    reason: NullableText('The `x-emulator-reason`.'),
    explanation: NullableText('Why the request ended as it did, in sentences; null if it simply got a response.'),
  },
  { description: 'A request to the emulated API, without secrets.' },
)

export type JournalEntry = Type.Static<typeof JournalEntrySchema>
