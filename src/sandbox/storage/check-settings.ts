import type { ValidateFunction } from 'ajv'
import type { Database } from 'better-sqlite3'
import * as Type from 'typebox'
import { isInRange, latestSecond } from '../../common/time.ts'
import { BehaviorSchema } from '../../openai-api/behavior.ts'
import { parseJson } from '../../openai-api/json-text.ts'
import { createAjv } from '../../schema/ajv.ts'
import { DocumentError } from '../../schema/document.ts'
import { toViolation } from '../../schema/schema-errors.ts'
import { timeOf } from '../clock.ts'
import { streams } from '../randomness.ts'
import { SeedFile } from '../seed/schema.ts'
import { readSettingsRow, type Settings } from '../settings.ts'

const milliseconds = { description: 'Unix milliseconds from 1970 on' }
const Milliseconds = Type.Number({ minimum: 0, exclusiveMaximum: (latestSecond.key + 1) * 1000, ...milliseconds })
const closed = { additionalProperties: false }

/** What a sandbox stores follows the rules of seeds, but is complete. */
const StoredSettings = Type.Object({
  organization: {
    ...SeedFile.properties.organization,
    required: ['id', 'name', 'user'],
    properties: {
      ...SeedFile.properties.organization.properties,
      user: { ...SeedFile.properties.organization.properties.user, required: ['id', 'name', 'created_at'] },
    },
  },
  behavior: BehaviorSchema,
  clock: Type.Union(
    [Type.Object({ offset_ms: Type.Number() }, closed), Type.Object({ frozen_at_ms: Milliseconds }, closed)],
    { description: 'a clock: {offset_ms} or {frozen_at_ms}' },
  ),
  at_ms: Milliseconds,
  random_positions: {
    type: 'object',
    properties: Object.fromEntries(streams.map((stream) => [stream, { type: 'integer', minimum: 0 }])),
    ...closed,
    description: 'the bytes consumed from each stream of randomness',
  },
  models: SeedFile.properties.models,
})

let validate: ValidateFunction<Settings> | undefined

/** Returns what is wrong with the settings in a database, as a predicate. */
export function findSettingsDamage(db: Database): string | undefined {
  const row = readSettingsRow(db)
  if (row === undefined) return 'has no settings'
  const { at_ms, ...texts } = row
  const parsed = Object.entries(texts).map(([column, text]) => [column, parseJson(text)])
  const settings: unknown = { ...Object.fromEntries(parsed), at_ms }
  validate ??= createAjv().compile<Settings>(StoredSettings)
  if (!validate(settings))
    return `has invalid settings: ${DocumentError.at(settings, ...toViolation(validate.errors)).message}`
  const { clock } = settings
  return isInRange(timeOf(clock), latestSecond.key) ? undefined : 'has invalid settings: /clock is out of range'
}
