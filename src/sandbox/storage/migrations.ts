import { readdirSync, readFileSync } from 'node:fs'
import SQLite, { type Database } from 'better-sqlite3'
import { packageRoot } from '../../common/package-info.ts'

interface Migration {
  version: number
  sql: string
}

let allMigrations: Migration[] | undefined

/** Returns every migration, oldest first. A released migration is never edited. */
function migrations(): Migration[] {
  allMigrations ??= readMigrations(new URL('migrations/', packageRoot))
  return allMigrations
}

function readMigrations(folder: URL): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => ({ version: Number.parseInt(file, 10), sql: readFileSync(new URL(file, folder), 'utf8') }))
}

/** Returns the version of a database that has every migration. */
export const newestVersion = (): number => migrations().at(-1)?.version ?? 0

/** Returns the tables, indices and triggers that the migrations up to `version` create. */
export function schemaAt(version: number): SchemaObject[] {
  const db = new SQLite(':memory:')
  try {
    migrate(
      db,
      migrations().filter((migration) => migration.version <= version),
    )
    return schemaOf(db)
  } finally {
    db.close()
  }
}

export interface SchemaObject {
  name: string
  /** The statement that created it. */
  sql: string
}

/** Returns the tables, indices and triggers of a database, without those that SQLite adds by itself. */
export const schemaOf = (db: Database): SchemaObject[] =>
  db.prepare<[], SchemaObject>('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL').all()

/** Applies the migrations that a database lacks, each in a transaction. SQLite's `user_version` records the last one. */
export function migrate(db: Database, available: readonly Migration[] = migrations()): void {
  const currentVersion = db.pragma('user_version', { simple: true }) as number
  for (const { version, sql } of available.filter((migration) => migration.version > currentVersion)) {
    db.transaction(() => {
      db.exec(sql)
      db.pragma(`user_version = ${version}`)
    })()
  }
}
