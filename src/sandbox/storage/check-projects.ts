import type { ValidateFunction } from 'ajv'
import type { Database } from 'better-sqlite3'
import * as Type from 'typebox'
import { parseJson } from '../../openai-api/json-text.ts'
import { isIntactRedaction, type StoredMask } from '../../openai-api/keys/redacted-value.ts'
import { positionSecond } from '../../openai-api/lists/positions.ts'
import type { KeyUser } from '../../openai-api/project-api-keys/store.ts'
import { residencies } from '../../openai-api/projects/schemas.ts'
import { createAjv } from '../../schema/ajv.ts'
import { isTextList, sha256Length } from './check-keys.ts'

// SQLite does not check the constraints of a database that is opened for reading only.

/** Returns what is wrong with the projects in a database, their accounts and their keys, as a predicate. */
export const findProjectDamage = (db: Database): string | undefined =>
  findDamagedProject(db) ?? findDamagedAccount(db) ?? findDamagedKey(db)

const damaged = (noun: string, id: string | undefined) =>
  id === undefined ? undefined : `has a damaged ${noun}: ${JSON.stringify(id)}`

function findDamagedProject(db: Database): string | undefined {
  const id = db
    .prepare<[string], string>(
      `SELECT id FROM projects WHERE NOT (
         position > 0 AND (position = 1 OR created_at = ${positionSecond}) AND created_at >= 0
         AND coalesce(archived_at, 0) >= 0 AND residency IN (SELECT value FROM json_each(?))
       )`,
    )
    .pluck()
    .get(JSON.stringify(residencies))
  const hasDefault = db.prepare('SELECT 1 FROM projects WHERE position = 1 AND archived_at IS NULL').get() !== undefined
  return damaged('project', id) ?? (hasDefault ? undefined : 'has no default project')
}

function findDamagedAccount(db: Database): string | undefined {
  const id = db
    .prepare<[], string>(
      `SELECT id FROM service_accounts
       WHERE project_id NOT IN (SELECT id FROM projects) OR role NOT IN ('owner', 'member', 'none')`,
    )
    .pluck()
    .get()
  return damaged('service account', id)
}

interface CheckedColumns {
  id: string
  /** Whether the columns that are not checked here are intact. */
  is_intact: 0 | 1
  redacted_value: string
  user: string | null
  scopes: string
}

const StoredUser = Type.Object(
  {
    id: Type.String(),
    email: Type.String(),
    name: Type.String(),
    created_at: Type.Integer({ minimum: 0 }),
    role: Type.String(),
  },
  { additionalProperties: false },
)

let isUser: ValidateFunction<KeyUser> | undefined

function findDamagedKey(db: Database): string | undefined {
  isUser ??= createAjv().compile<KeyUser>(StoredUser)
  const rows = db.prepare<[], CheckedColumns & StoredMask>(
    `SELECT id, redacted_value, user, scopes, value_length, fourth_last,
       length(value_sha256) = ${sha256Length} AND owner_project_access IN ('active', 'inactive') AND coalesce(expires_at, 0) >= 0 AND coalesce(last_used_at, 0) >= 0
       AND EXISTS (SELECT 1 FROM projects WHERE id = project_id)
       AND CASE WHEN service_account_id IS NULL THEN user IS NOT NULL
         ELSE user IS NULL AND project_id = (SELECT project_id FROM service_accounts WHERE id = service_account_id)
       END AS is_intact
     FROM project_api_keys`,
  )
  for (const row of rows.iterate()) if (!isIntact(row, isUser)) return damaged('key', row.id)
  return undefined
}

function isIntact(row: CheckedColumns & StoredMask, isKeyUser: ValidateFunction<KeyUser>): boolean {
  const { is_intact, redacted_value, user, scopes } = row
  return (
    is_intact === 1 &&
    isIntactRedaction(redacted_value, row) &&
    (user === null || isKeyUser(parseJson(user))) &&
    isTextList(scopes)
  )
}
