import SQLite, { type Database } from 'better-sqlite3'
import { findEventDamage } from './check-events.ts'
import { findKeyDamage } from './check-keys.ts'
import { findProjectDamage } from './check-projects.ts'
import { findSettingsDamage } from './check-settings.ts'
import { type Image, serializeDatabase } from './database.ts'
import { explain } from './errors.ts'
import { migrate, newestVersion, schemaAt, schemaOf } from './migrations.ts'

// "akey", written by the first migration.
const applicationId = 0x616b6579

/**
 * Returns what is wrong with a database, as a predicate; undefined if it can be used. Checks its structure, and what
 * is in its tables against the schemas. Writes nothing.
 */
export function findDamage(db: Database): string | undefined {
  try {
    return findStructuralDamage(db) ?? withNewestVersion(db, findContentDamage)
  } catch (error) {
    if (!(error instanceof SQLite.SqliteError)) throw error
    return `${explain(error.code)} (${error.message})`
  }
}

const findContentDamage = (db: Database): string | undefined =>
  findSettingsDamage(db) ?? findKeyDamage(db) ?? findProjectDamage(db) ?? findEventDamage(db)

const smallestPage = 512

/** Returns what is wrong with the size of a database in bytes, as a predicate: SQLite takes less than a page for a new one. */
export function findSizeDamage(size: number): string | undefined {
  if (size === 0) return 'is empty'
  return size < smallestPage ? 'is not a SQLite database (it is truncated)' : undefined
}

/** Returns what is wrong with an image, like `findDamage`. */
export function findImageDamage(image: Image): string | undefined {
  const problem = findSizeDamage(image.length)
  if (problem !== undefined) return problem
  const db = new SQLite(image)
  try {
    return findDamage(db)
  } finally {
    db.close()
  }
}

function findStructuralDamage(db: Database): string | undefined {
  const version = db.pragma('user_version', { simple: true }) as number
  const newest = newestVersion()
  if (db.pragma('application_id', { simple: true }) !== applicationId) return 'is a database of another program'
  if (version > newest) {
    return `has version ${version}, written by a newer release; this release supports versions up to ${newest}`
  }
  if (version < 1) return `has version ${version}: it must be from 1 to ${newest}`
  const [problem] = db.pragma('quick_check(1)') as { quick_check: string }[]
  if (problem?.quick_check !== 'ok') return `is a damaged SQLite database (${oneLine(problem?.quick_check ?? '')})`
  const found = new Map(schemaOf(db).map(({ name, sql }) => [name, sql]))
  const different = schemaAt(version).find(({ name, sql }) => found.get(name) !== sql)
  if (different === undefined) return undefined
  return `has ${found.has(different.name) ? 'a different' : 'no'} table '${different.name}'`
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

/** Calls `use` with the database, or with a migrated copy of an older one. */
function withNewestVersion<Result>(db: Database, use: (db: Database) => Result): Result {
  if (db.pragma('user_version', { simple: true }) === newestVersion()) return use(db)
  const copy = new SQLite(serializeDatabase(db))
  try {
    migrate(copy)
    return use(copy)
  } finally {
    copy.close()
  }
}
