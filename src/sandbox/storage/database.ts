import { existsSync } from 'node:fs'
import SQLite, { type Database } from 'better-sqlite3'
import { UserError } from '../../common/user-error.ts'
import { migrate, newestVersion } from './migrations.ts'

/** A whole database as bytes: what a sandbox began as, a snapshot, what another begins as. */
export type Image = Buffer

let emptyImage: Image | undefined

/** A database in memory, migrated and empty: a copy, for to migrate takes ten times as long. */
export function openMemory(): Database {
  emptyImage ??= buildEmptyImage()
  return new SQLite(emptyImage)
}

function buildEmptyImage(): Image {
  const db = new SQLite(':memory:')
  migrate(db)
  const image = serializeDatabase(db)
  db.close()
  return image
}

// Where a database says by which protocol it is written and read: 1 for the usual one, 2 for the WAL.
const journalModeBytes = [18, 19]

/** A copy of all that a database holds. */
export function serializeDatabase(db: Database): Image {
  const image = db.serialize()
  // Bytes in memory have no WAL.
  for (const at of journalModeBytes) image[at] = 1
  return image
}

/** An image as the bytes of a file for `openFile`, whose changing over to the WAL would wait for the disk four times. */
export function toWalFile(image: Image): Buffer {
  const file = Buffer.from(image)
  for (const at of journalModeBytes) file[at] = 2
  return file
}

/** A database in memory that begins as an image, migrated if that is of an older version. */
export function openImage(image: Image): Database {
  const db = new SQLite(image)
  allocateCacheLazily(db)
  migrate(db)
  return db
}

/**
 * Has the cache take memory as it fills. SQLite gives one that is empty memory for 20 pages at once, unless that is more
 * than it may hold; a small sandbox never needs most of them, and they would be a quarter of what it takes.
 */
function allocateCacheLazily(db: Database): void {
  const cacheSize = db.pragma('cache_size', { simple: true })
  db.pragma('cache_size = 1')
  db.pragma('shrink_memory')
  // Reads a page, so that the cache is not empty when it may hold more again.
  db.pragma('user_version')
  db.pragma(`cache_size = ${cacheSize}`)
}

// In bytes: SQLite's own limit.
const maxMappedBytes = 0x7fff0000

/**
 * A database in a file, made if it is not there, migrated if it is older.
 * Throws UserError, the file untouched, where it is no database of ours, of a newer version, in use, or not writable.
 */
export function openFile(path: string): Database {
  checkFile(path)
  try {
    const db = new SQLite(path, { timeout: 0 })
    // Alone with its file, SQLite needs no shared memory beside it. NORMAL: an answer survives the death of the process.
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    // Of many keys nearly every read is of another page: they are mapped, not copied, and written back every 16 MB, not 4.
    db.pragma(`mmap_size = ${maxMappedBytes}`)
    db.pragma('wal_autocheckpoint = 4000')
    migrate(db)
    return db
  } catch (error) {
    throw toUserError(error, path)
  }
}

/** Looks whether a file, if it is there, can be opened, and writes nothing. Throws UserError as `openFile` does. */
export function checkFile(path: string): void {
  if (!existsSync(path)) return
  try {
    const db = new SQLite(path, { readonly: true, timeout: 0 })
    try {
      assertOwnDatabase(db, path)
    } finally {
      db.close()
    }
  } catch (error) {
    throw toUserError(error, path)
  }
}

// "akey": the first migration writes it.
const applicationId = 0x616b6579

function assertOwnDatabase(db: Database, path: string): void {
  const version = db.pragma('user_version', { simple: true }) as number
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
  if (!isEmpty && db.pragma('application_id', { simple: true }) !== applicationId) {
    throw new UserError(`--data: ${path} is a database of another program.`)
  }
  if (version > newestVersion()) {
    throw new UserError(
      `--data: ${path} is of version ${version}; this program knows versions up to ${newestVersion()}. A newer one wrote it.`,
    )
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
  SQLITE_IOERR: 'cannot be read or written',
}

/** SQLite's refusal of a file as a sentence for whoever named it; any other error as it is. */
export function toUserError(error: unknown, path: string): unknown {
  if (!(error instanceof SQLite.SqliteError)) return error
  // An extended code, such as SQLITE_READONLY_DIRECTORY, begins with its family's.
  const family = Object.keys(explanations).find((each) => error.code.startsWith(each))
  return family === undefined ? error : new UserError(`--data: ${path} ${explanations[family]} (${error.message})`)
}
