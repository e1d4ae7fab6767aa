import type { Database } from 'better-sqlite3'
import { LazyStatement } from '../database/lazy-statement.ts'
import type { Mask, StoredMask } from '../keys/redacted-value.ts'
import { newPositionOrDeleted, positionSecond } from '../lists/positions.ts'
import { createPositionCounter, preparePages } from '../lists/store.ts'
import type { AccountRole } from '../service-accounts/store.ts'

export type Access = 'active' | 'inactive'

/** The owner of a key that no service account owns. `created_at` in Unix seconds. */
export interface KeyUser {
  id: string
  email: string
  name: string
  created_at: number
  role: string
}

interface KeyColumns {
  id: string
  project_id: string
  /** Null if a user owns the key. */
  service_account_id: string | null
  owner_project_access: Access
  name: string
  redacted_value: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  deleted: 0 | 1
}

/** A key of a project with its owner. Times in Unix seconds. */
export type ProjectKeyRow = KeyColumns &
  StoredMask & {
    /** The JSON of a `KeyUser`; null if a service account owns the key. */
    user: string | null
    account_name: string | null
    account_created_at: number | null
    account_role: AccountRole | null
    /** A JSON array; empty for all. */
    scopes: string
  }

/** A key with all that is needed to recreate it elsewhere. */
export type StoredProjectKeyRow = ProjectKeyRow & { value_sha256: string }

export type NewProjectKey = KeyColumns & {
  value_sha256: string
  user: KeyUser | null
  scopes: readonly string[]
  mask: Mask | null
}

/** The columns that decide whether a value authenticates, and as whom. */
export interface ProjectCredentialRow {
  kind: 'project'
  id: string
  expires_at: number | null
  last_used_at: number | null
  /** Also set if the project is archived. */
  deleted: 0 | 1
  service_account_id: string | null
  user: string | null
}

const keyColumns = `id, project_id, service_account_id, user, owner_project_access, name, redacted_value, value_length,
  fourth_last, ${positionSecond} AS created_at, expires_at, last_used_at, position < 0 AS deleted, scopes`

const accountColumn = (column: string, name: string) =>
  `(SELECT ${column} FROM service_accounts WHERE id = service_account_id) AS ${name}`

const columns = [
  keyColumns,
  accountColumn('name', 'account_name'),
  accountColumn(positionSecond, 'account_created_at'),
  accountColumn('role', 'account_role'),
].join(', ')

/** Reads and writes the table of project keys. Deleted keys stay in it: `find` and `byDigest` return them too. */
export function createProjectKeyStore(db: Database) {
  const table = 'project_api_keys'
  const nextNumber = createPositionCounter(db, table)
  const byId = new LazyStatement<[string], ProjectKeyRow>(db, `SELECT ${columns} FROM ${table} WHERE id = ?`)
  const byDigest = new LazyStatement<[string], ProjectCredentialRow>(
    db,
    `SELECT 'project' AS kind, key.id, expires_at, last_used_at, key.position < 0 OR archived_at IS NOT NULL AS deleted,
       service_account_id, user
     FROM ${table} AS key JOIN projects ON projects.id = project_id WHERE value_sha256 = unhex(?)`,
  )
  const all = new LazyStatement<[], StoredProjectKeyRow>(
    db,
    `SELECT ${columns}, lower(hex(value_sha256)) AS value_sha256 FROM ${table} ORDER BY abs(position)`,
  )
  const insert = new LazyStatement<(string | number | null)[]>(
    db,
    `INSERT INTO ${table} (position, id, value_sha256, project_id, service_account_id, user, owner_project_access, name,
       redacted_value, value_length, fourth_last, expires_at, last_used_at, scopes)
     VALUES (${newPositionOrDeleted}, ?, unhex(?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const update = new LazyStatement<[{ id: string; scopes: string; expires_at: number | null }]>(
    db,
    `UPDATE ${table} SET scopes = @scopes, expires_at = CAST(@expires_at AS INTEGER) WHERE id = @id`,
  )
  const setDeleted = new LazyStatement<[string]>(db, `UPDATE ${table} SET position = -abs(position) WHERE id = ?`)
  const deleteOfAccount = new LazyStatement<[string]>(
    db,
    `UPDATE ${table} SET position = -position WHERE service_account_id = ? AND position > 0`,
  )
  const setAccessOfAccount = new LazyStatement<[Access, string]>(
    db,
    `UPDATE ${table} SET owner_project_access = ? WHERE service_account_id = ?`,
  )
  const setLastUsed = new LazyStatement<[number, string]>(
    db,
    `UPDATE ${table} SET last_used_at = CAST(? AS INTEGER) WHERE id = ?`,
  )
  const ofProject = { table, columns, where: 'project_id = ?', cursorWhere: 'project_id = ?' }
  const pages = {
    any: preparePages<ProjectKeyRow>(db, ofProject),
    byAccess: preparePages<ProjectKeyRow>(db, { ...ofProject, where: 'project_id = ? AND owner_project_access = ?' }),
  }
  let revision = 0

  return {
    /** Changes whenever a key may have been added, deleted or given another expiry. */
    get revision(): number {
      return revision
    },
    byId: (id: string): ProjectKeyRow | undefined => byId.get(id),
    /** Returns the key with that id if it belongs, or belonged, to the project. */
    find(projectId: string, id: string): ProjectKeyRow | undefined {
      const row = byId.get(id)
      return row?.project_id === projectId ? row : undefined
    },
    byDigest: (sha256: string): ProjectCredentialRow | undefined => byDigest.get(sha256),
    /** Returns false, and inserts nothing, if the id or the value is taken. */
    insert(key: NewProjectKey): boolean {
      revision++
      return (
        insert.run(
          key.deleted,
          key.created_at,
          nextNumber(key.created_at),
          key.id,
          key.value_sha256,
          key.project_id,
          key.service_account_id,
          key.user === null ? null : JSON.stringify(key.user),
          key.owner_project_access,
          key.name,
          key.redacted_value,
          key.mask?.value_length ?? null,
          key.mask?.fourth_last ?? null,
          key.expires_at,
          key.last_used_at,
          JSON.stringify(key.scopes),
        ).changes === 1
      )
    },
    update(id: string, scopes: string, expires_at: number | null): void {
      revision++
      update.run({ id, scopes, expires_at })
    },
    setDeleted(id: string): void {
      revision++
      setDeleted.run(id)
    },
    /** Deletes the keys of a service account. Takes about 12 µs a key, 7 without any index but the unique ones. */
    deleteOfAccount(accountId: string): void {
      revision++
      deleteOfAccount.run(accountId)
    },
    setAccessOfAccount: (accountId: string, access: Access): void => {
      setAccessOfAccount.run(access, accountId)
    },
    setLastUsed: (id: string, at: number): void => {
      setLastUsed.run(at, id)
    },
    /** Returns every key, deleted ones included, in list order. */
    all: (): StoredProjectKeyRow[] => all.all(),
    /** Returns up to `limit` listed keys of a project after the cursor; those whose owner has that access, or all. */
    page: (projectId: string, after: string | null, limit: number, access?: Access): ProjectKeyRow[] =>
      access === undefined ? pages.any([projectId], after, limit) : pages.byAccess([projectId, access], after, limit),
  }
}

export type ProjectKeyStore = ReturnType<typeof createProjectKeyStore>
