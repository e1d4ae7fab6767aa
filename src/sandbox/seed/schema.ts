import * as Type from 'typebox'
import { headerTextPattern, headerTextRule } from '../../common/http-syntax.ts'
import { latestSecond, Timestamp, timestampSchemas } from '../../common/time.ts'
import { BehaviorSchema } from '../../openai-api/behavior.ts'
import { Choice, Nullable } from '../../schema/typebox.ts'

// What is said of a field here is also what an error says of it: "must be <description>".

const closed = { additionalProperties: false }

const HeaderText = Type.String({ pattern: headerTextPattern, description: headerTextRule })

const timeRule =
  'Unix seconds (0 to 253402300799), an ISO 8601 date from 1970 on, or time with its zone ("2026-01-01T00:00:00Z"), or a time relative to the clock of the sandbox ("-90d", "+30s"; s, m, h or d)'

const Time = Type.Union([...timestampSchemas(latestSecond.time), Type.String({ pattern: '^[+-][0-9]{1,10}[smhd]$' })], {
  description: timeRule,
})
const NullableTime = Nullable(Time, { description: `${timeRule}, or null` })
// No surrogate without its pair: such a string cannot be stored, or sent, as it is.
const wellFormed = '^\\P{Cs}*$'
const Id = Type.String({
  minLength: 1,
  pattern: wellFormed,
  description: 'a string of valid Unicode that is not empty',
})
const Name = Type.String({ pattern: wellFormed, description: 'a string of valid Unicode' })

const Owner = Type.Object(
  {
    type: Type.Optional(Choice(['user', 'service_account'], { description: '"user" or "service_account"' })),
    id: Type.Optional(Id),
    name: Type.Optional(Name),
    created_at: Type.Optional(Time),
  },
  { ...closed, description: 'an owner: {type, id, name, created_at}' },
)

// A row of many cannot say what only one key can have.
const onlyForOneKey = { value: false, value_sha256: false, redacted_value: false, deleted: false }

export const SeedKey = Type.Object(
  {
    id: Type.Optional(Id),
    name: Nullable(Name, { description: 'a string of valid Unicode, or null for an unnamed key' }),
    value: Type.Optional(HeaderText),
    value_sha256: Type.Optional(
      Type.String({ pattern: '^[0-9a-f]{64}$', description: 'a SHA-256 in 64 lower-case hexadecimal digits' }),
    ),
    redacted_value: Type.Optional(Name),
    created_at: Type.Optional(Time),
    expires_at: Type.Optional(NullableTime),
    last_used_at: Type.Optional(NullableTime),
    owner: Type.Optional(Owner),
    deleted: Type.Optional(Type.Boolean({ description: 'true or false' })),
    generate: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'how many keys to make, 1 to 1000000; {n} in their name and id becomes 1, 2, 3, …',
      }),
    ),
  },
  {
    ...closed,
    description: 'a key: {id, name, value, …}',
    not: { required: ['value', 'value_sha256'] },
    if: { required: ['generate'] },
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { properties: { ...onlyForOneKey, id: { pattern: '\\{n\\}', description: 'an id with {n} in it' } } },
  },
)
export type SeedKey = Type.Static<typeof SeedKey>

export const SeedFile = Type.Object(
  {
    organization: Type.Optional(
      Type.Object(
        {
          id: Type.Optional(HeaderText),
          name: Type.Optional(Name),
          user: Type.Optional(
            Type.Object(
              { id: Type.Optional(Id), name: Type.Optional(Name), created_at: Type.Optional(Time) },
              { ...closed, description: 'a user: {id, name, created_at}' },
            ),
          ),
        },
        { ...closed, description: 'the organization: {id, name, user}' },
      ),
    ),
    behavior: Type.Optional(BehaviorSchema),
    clock: Type.Optional(
      Type.Object(
        {
          now: Type.Optional(Timestamp(latestSecond.clock)),
          frozen: Type.Optional(Type.Boolean({ description: 'true or false' })),
        },
        { ...closed, description: 'the clock: {now, frozen}' },
      ),
    ),
    keys: Type.Optional(Type.Array(SeedKey, { description: 'a list of keys, in order of insertion' })),
  },
  { ...closed, description: 'a seed: {organization, behavior, clock, keys}' },
)
export type SeedFile = Type.Static<typeof SeedFile>

/** The format for editors and for validation: one and the same. */
export const seedJsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'A seed of admin-keys-emulator: how a sandbox begins',
  ...SeedFile,
}
