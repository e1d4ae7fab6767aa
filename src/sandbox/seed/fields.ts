import * as Type from 'typebox'
import { headerTextPattern, headerTextRule } from '../../common/http-syntax.ts'
import { latestSecond } from '../../common/time.ts'
import { timestampSchemas } from '../../schema/timestamp.ts'
import { Nullable } from '../../schema/typebox.ts'

// The fields of seeds. Descriptions are also the rules of error messages: "must be <description>".

export const closed = { additionalProperties: false }

export const HeaderText = Type.String({ pattern: headerTextPattern, description: headerTextRule })

// Every response carries it in a header.
export const OrganizationId = Type.String({
  maxLength: 128,
  pattern: headerTextPattern,
  description: `at most 128 characters of ${headerTextRule}`,
})

const timeRule =
  'Unix seconds (0 to 253402300799), an ISO 8601 date from 1970 on, or time with its zone ("2026-01-01T00:00:00Z"), or a time relative to the sandbox clock ("-90d", "+30s"; s, m, h or d)'

export const Time = Type.Union(
  [...timestampSchemas(latestSecond.key), Type.String({ pattern: '^[+-][0-9]{1,10}[smhd]$' })],
  {
    description: timeRule,
  },
)
export const NullableTime = Nullable(Time, { description: `${timeRule}, or null` })
// No lone surrogates: such a string can be neither stored nor sent unchanged.
const wellFormed = '^\\P{Cs}*$'
export const Id = Type.String({
  minLength: 1,
  pattern: wellFormed,
  description: 'a string of valid Unicode that is not empty',
})
export const Name = Type.String({ pattern: wellFormed, description: 'a string of valid Unicode' })

export const Sha256 = Type.String({
  pattern: '^[0-9a-f]{64}$',
  description: 'a SHA-256 in 64 lower-case hexadecimal digits',
})

export const Deleted = Type.Boolean({ description: 'true or false' })

/** How many objects an entry stands for; `names` are the fields with {n}. */
export const Generate = (objects: string) =>
  Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description: `the number of ${objects} to generate, 1 to 1000000; {n} in their name and id becomes 1, 2, 3, …`,
  })

/** The fields that keys of every kind have. */
export const valueAndTimes = {
  value: Type.Optional(HeaderText),
  value_sha256: Type.Optional(Sha256),
  redacted_value: Type.Optional(Name),
  created_at: Type.Optional(Time),
  expires_at: Type.Optional(NullableTime),
  last_used_at: Type.Optional(NullableTime),
}
