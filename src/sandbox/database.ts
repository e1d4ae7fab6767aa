import { existsSync } from 'node:fs'
import SQLite, { type Database } from 'better-sqlite3'
import { UserError } from '../user-error.ts'
import { migrate, newestVersion } from './migrations.ts'

/** A database in memory, migrated and empty. */
export function openMemory(): Database {
  const db = new SQLite(':memory:')
  migrate(db)
  return db
}

/**
 * A database in a file, made if it is not there, migrated if it is older.
 * Throws UserError, the file untouched, where it is no database, of a newer version, in use, or not writable.
 */
export function openFile(path: string): Database {
  try {
    if (existsSync(path)) refuseForeign(path)
    const db = new SQLite(path, { timeout: 0 })
    // Alone with its file, SQLite needs no shared memory beside it. NORMAL: an answer survives the death of the process.
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    migrate(db)
    return db
  } catch (error) {
    throw explain(error, path)
  }
}

/** Looks before anything is written. */
function refuseForeign(path: string): void {
  const db = new SQLite(path, { readonly: true, timeout: 0 })
  try {
    const found = db.pragma('user_version', { simple: true }) as number
    if (found > newestVersion()) {
      throw new UserError(
        `--data: ${path} is of version ${found}; this program knows versions up to ${newestVersion()}. A newer one wrote it.`,
      )
    }
  } finally {
    db.close()
  }
}

const explanations: Record<string, string> = {
  SQLITE_NOTADB: 'is not a SQLite database',
  SQLITE_CORRUPT: 'is a damaged SQLite database',
  SQLITE_BUSY: 'is used by another process',
  SQLITE_CANTOPEN: 'cannot be opened',
  SQLITE_READONLY: 'cannot be written',
  SQLITE_PERM: 'cannot be opened: permission denied',
  SQLITE_FULL: 'cannot be written: the disk is full',
}

/** SQLite's refusal of a file as a sentence for whoever named it; any other error as it is. */
export function explain(error: unknown, path: string): unknown {
  if (!(error instanceof SQLite.SqliteError)) return error
  // An extended code, such as SQLITE_READONLY_DIRECTORY, begins with its family's.
  const family = Object.keys(explanations).find((each) => error.code.startsWith(each))
  return family === undefined ? error : new UserError(`--data: ${path} ${explanations[family]} (${error.message})`)
}
