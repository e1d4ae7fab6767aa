import type { Database } from 'better-sqlite3'
import { LazyStatement } from '../database/lazy-statement.ts'
import { newPositionOrDeleted, positionSecond } from '../lists/positions.ts'
import { createPositionCounter, preparePages } from '../lists/store.ts'

export type AccountRole = 'owner' | 'member' | 'none'

/** A service account of a project. Times in Unix seconds. */
export interface AccountRow {
  id: string
  project_id: string
  name: string
  role: AccountRole
  created_at: number
  deleted: 0 | 1
}

const columns = `id, project_id, name, role, ${positionSecond} AS created_at, position < 0 AS deleted`

/** Reads and writes the table of service accounts. Deleted ones stay in it: `find` returns them too. */
export function createAccountStore(db: Database) {
  const nextNumber = createPositionCounter(db, 'service_accounts')
  const byId = new LazyStatement<[string], AccountRow>(db, `SELECT ${columns} FROM service_accounts WHERE id = ?`)
  const all = new LazyStatement<[], AccountRow>(db, `SELECT ${columns} FROM service_accounts ORDER BY abs(position)`)
  const insert = new LazyStatement<(string | number)[]>(
    db,
    `INSERT INTO service_accounts (position, id, project_id, name, role) VALUES (${newPositionOrDeleted}, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  )
  const update = new LazyStatement<[Pick<AccountRow, 'id' | 'name' | 'role'>]>(
    db,
    `UPDATE service_accounts SET name = @name, role = @role WHERE id = @id`,
  )
  const setDeleted = new LazyStatement<[string]>(
    db,
    `UPDATE service_accounts SET position = -abs(position) WHERE id = ?`,
  )
  const page = preparePages<AccountRow>(db, {
    table: 'service_accounts',
    columns,
    where: 'project_id = ?',
    cursorWhere: 'project_id = ?',
  })

  return {
    byId: (id: string): AccountRow | undefined => byId.get(id),
    /** Returns the account with that id if it belongs, or belonged, to the project. */
    find(projectId: string, id: string): AccountRow | undefined {
      const row = byId.get(id)
      return row?.project_id === projectId ? row : undefined
    },
    /** Returns false, and inserts nothing, if the id is taken. */
    insert({ id, project_id, name, role, created_at, deleted }: AccountRow): boolean {
      return insert.run(deleted, created_at, nextNumber(created_at), id, project_id, name, role).changes === 1
    },
    update: (account: Pick<AccountRow, 'id' | 'name' | 'role'>): void => {
      update.run(account)
    },
    setDeleted: (id: string): void => {
      setDeleted.run(id)
    },
    /** Returns every account, deleted ones included, in list order. */
    all: (): AccountRow[] => all.all(),
    page: (projectId: string, after: string | null, limit: number): AccountRow[] => page([projectId], after, limit),
  }
}

export type AccountStore = ReturnType<typeof createAccountStore>
