import type { ValidateFunction } from 'ajv'
import type { Database } from 'better-sqlite3'
import { AdminApiKey } from '../../openai-api/admin-api-keys/schemas.ts'
import { parseJson } from '../../openai-api/json-text.ts'
import { isIntactRedaction, type StoredMask } from '../../openai-api/keys/redacted-value.ts'
import { positionSecond } from '../../openai-api/lists/positions.ts'
import { createAjv } from '../../schema/ajv.ts'

interface KeyColumns {
  id: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  digest_length: number
  json: string
  scopes: string | null
}

type CheckedRow = KeyColumns & StoredMask

let validate: ValidateFunction<AdminApiKey> | undefined

/** Returns what is wrong with the keys in a database, as a predicate: their JSON against the schema, and their columns. */
export function findKeyDamage(db: Database): string | undefined {
  validate ??= createAjv().addFormat('unixtime', true).compile<AdminApiKey>(AdminApiKey)
  const rows = db.prepare<[], CheckedRow>(
    `SELECT id, ${positionSecond} AS created_at, expires_at, last_used_at, length(value_sha256) AS digest_length, json,
       scopes, value_length, fourth_last
     FROM admin_api_keys`,
  )
  for (const row of rows.iterate()) {
    if (!isIntact(row, validate)) return `has a damaged key: ${JSON.stringify(row.id)}`
  }
  return undefined
}

export const sha256Length = 32

/** Returns whether the text is the JSON of a list of strings. */
export function isTextList(text: string): boolean {
  if (text === '[]') return true
  const list = parseJson(text)
  return Array.isArray(list) && list.every((item) => typeof item === 'string')
}

function isIntact(row: CheckedRow, isKey: ValidateFunction<AdminApiKey>): boolean {
  const key = parseJson(row.json)
  return (
    isKey(key) &&
    key.id === row.id &&
    key.created_at === row.created_at &&
    key.expires_at === row.expires_at &&
    key.last_used_at === row.last_used_at &&
    row.digest_length === sha256Length &&
    isIntactRedaction(key.redacted_value, row) &&
    (row.scopes === null || isTextList(row.scopes))
  )
}
