import type { Database } from 'better-sqlite3'
import { LazyStatement } from '../database/lazy-statement.ts'
import { newPosition } from '../lists/positions.ts'
import { createPositionCounter, preparePages } from '../lists/store.ts'

/** A project. Times in Unix seconds. */
export interface ProjectRow {
  id: string
  name: string
  created_at: number
  /** Null while the project is active. */
  archived_at: number | null
  external_key_id: string | null
  residency: string
  is_default: 0 | 1
}

const fields = 'id, name, created_at, archived_at, external_key_id, residency'
const columns = `${fields}, position = 1 AS is_default`

/** Reads and writes the table of projects. */
export function createProjectStore(db: Database) {
  const nextNumber = createPositionCounter(db, 'projects')
  const byId = new LazyStatement<[string], ProjectRow>(db, `SELECT ${columns} FROM projects WHERE id = ?`)
  const defaultProject = new LazyStatement<[], ProjectRow>(db, `SELECT ${columns} FROM projects WHERE position = 1`)
  const all = new LazyStatement<[], ProjectRow>(db, `SELECT ${columns} FROM projects ORDER BY position`)
  const insert = new LazyStatement<(string | number | null)[]>(
    db,
    `INSERT INTO projects (position, ${fields}) VALUES (${newPosition}, ?, ?, CAST(? AS INTEGER), CAST(? AS INTEGER), ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  )
  const update = new LazyStatement<[Pick<ProjectRow, 'id' | 'name' | 'external_key_id'>]>(
    db,
    `UPDATE projects SET name = @name, external_key_id = @external_key_id WHERE id = @id`,
  )
  const archive = new LazyStatement<[number, string]>(
    db,
    `UPDATE projects SET archived_at = CAST(? AS INTEGER) WHERE id = ?`,
  )
  const pages = {
    active: preparePages<ProjectRow>(db, { table: 'projects', columns, where: 'archived_at IS NULL' }),
    all: preparePages<ProjectRow>(db, { table: 'projects', columns }),
  }

  let revision = 0

  return {
    /** Changes whenever a project may have been archived. */
    get revision(): number {
      return revision
    },
    byId: (id: string): ProjectRow | undefined => byId.get(id),
    /** Returns the default project: every organization has one. */
    default(): ProjectRow {
      const project = defaultProject.get()
      if (project === undefined) throw new Error('the database has no default project')
      return project
    },
    /** Returns false, and inserts nothing, if the id is taken. The default project comes first. */
    insert({ is_default, ...row }: ProjectRow): boolean {
      const { id, name, created_at, archived_at, external_key_id, residency } = row
      const place = is_default ? [0, 1] : [created_at, nextNumber(created_at)]
      return insert.run(...place, id, name, created_at, archived_at, external_key_id, residency).changes === 1
    },
    update: (project: Pick<ProjectRow, 'id' | 'name' | 'external_key_id'>): void => {
      update.run(project)
    },
    archive(id: string, at: number): void {
      revision++
      archive.run(at, id)
    },
    /** Returns every project, archived ones included, in list order. */
    all: (): ProjectRow[] => all.all(),
    page: (after: string | null, limit: number, includesArchived: boolean): ProjectRow[] =>
      pages[includesArchived ? 'all' : 'active']([], after, limit),
  }
}

export type ProjectStore = ReturnType<typeof createProjectStore>
