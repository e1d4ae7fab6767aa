import * as Type from 'typebox'
import { headerTextPattern, headerTextRule } from '../../common/http-syntax.ts'
import { latestSecond } from '../../common/time.ts'
import { BehaviorSchema } from '../../openai-api/behavior.ts'
import { Timestamp, timestampSchemas } from '../../schema/timestamp.ts'
import { Choice, Nullable } from '../../schema/typebox.ts'

// Descriptions are also the rules of error messages: "must be <description>".

const closed = { additionalProperties: false }

const HeaderText = Type.String({ pattern: headerTextPattern, description: headerTextRule })

// Every response carries it in a header.
const OrganizationId = Type.String({
  maxLength: 128,
  pattern: headerTextPattern,
  description: `at most 128 characters of ${headerTextRule}`,
})

const timeRule =
  'Unix seconds (0 to 253402300799), an ISO 8601 date from 1970 on, or time with its zone ("2026-01-01T00:00:00Z"), or a time relative to the sandbox clock ("-90d", "+30s"; s, m, h or d)'

const Time = Type.Union([...timestampSchemas(latestSecond.key), Type.String({ pattern: '^[+-][0-9]{1,10}[smhd]$' })], {
  description: timeRule,
})
const NullableTime = Nullable(Time, { description: `${timeRule}, or null` })
// No lone surrogates: such a string can be neither stored nor sent unchanged.
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
  { ...closed, title: 'an owner', description: 'an owner: {type, id, name, created_at}' },
)

const onlyForOneKey = { not: {}, description: "absent: 'generate' creates several keys, and this field belongs to one" }
const generateRules = {
  value: onlyForOneKey,
  value_sha256: onlyForOneKey,
  redacted_value: onlyForOneKey,
  deleted: onlyForOneKey,
  id: { pattern: '\\{n\\}', description: 'an id that contains {n}' },
}

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
        description: 'the number of keys to generate, 1 to 1000000; {n} in their name and id becomes 1, 2, 3, …',
      }),
    ),
  },
  {
    ...closed,
    title: 'a key',
    description: 'a key: {id, name, value, …}',
    not: { required: ['value', 'value_sha256'] },
    if: { required: ['generate'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: generateRules },
  },
)
export type SeedKey = Type.Static<typeof SeedKey>

const User = Type.Object(
  { id: Type.Optional(Id), name: Type.Optional(Name), created_at: Type.Optional(Time) },
  { ...closed, title: 'a user', description: 'a user: {id, name, created_at}' },
)

const Organization = Type.Object(
  { id: Type.Optional(OrganizationId), name: Type.Optional(Name), user: Type.Optional(User) },
  { ...closed, title: 'the organization', description: 'the organization: {id, name, user}' },
)

const Clock = Type.Object(
  {
    now: Type.Optional(Timestamp(latestSecond.clock)),
    frozen: Type.Optional(Type.Boolean({ description: 'true or false' })),
  },
  { ...closed, title: 'the clock', description: 'the clock: {now, frozen}' },
)

export const SeedFile = Type.Object(
  {
    organization: Type.Optional(Organization),
    behavior: Type.Optional(BehaviorSchema),
    clock: Type.Optional(Clock),
    keys: Type.Optional(Type.Array(SeedKey, { description: 'a list of keys, in order of insertion' })),
  },
  { ...closed, title: 'a seed', description: 'a seed: {organization, behavior, clock, keys}' },
)
export type SeedFile = Type.Static<typeof SeedFile>

/** The format of seeds, for editors and for validation. */
export const seedJsonSchema = {
  ...SeedFile,
  $schema: 'http://json-schema.org/draft-07/schema#',
}
