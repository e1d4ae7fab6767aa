import { existsSync } from 'node:fs'
import SQLite, { type Database } from 'better-sqlite3'
import { UserError } from '../../common/user-error.ts'
import { migrate, newestVersion } from './migrations.ts'

/** A complete database as bytes: an initial image, a snapshot, or what a copied sandbox starts from. */
export type Image = Buffer

let emptyImage: Image | undefined

/** Opens a new, migrated, empty database in memory: a copy of an image, because migrating takes ten times as long. */
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

// The bytes of a database header that select the journal mode: 1 for rollback, 2 for WAL (sqlite.org/fileformat.html).
const journalModeBytes = [18, 19]

/** Returns a copy of the whole database. */
export function serializeDatabase(db: Database): Image {
  const image = db.serialize()
  // A database in memory has no WAL; SQLite refuses to open an image that claims one.
  for (const at of journalModeBytes) image[at] = 1
  return image
}

/** Returns the image as a file for `openFile`. Switching a file to WAL later would wait for the disk four times. */
export function toWalFile(image: Image): Buffer {
  const file = Buffer.from(image)
  for (const at of journalModeBytes) file[at] = 2
  return file
}

/** Opens an image as a database in memory, migrating it if it is older. */
export function openImage(image: Image): Database {
  const db = new SQLite(image)
  allocateCacheLazily(db)
  migrate(db)
  return db
}

/**
 * Makes SQLite allocate its page cache as it fills. An empty cache reserves memory for 20 pages at once, unless its limit is
 * lower; a small sandbox never uses most of them, and they would be a quarter of its memory.
 */
function allocateCacheLazily(db: Database): void {
  const cacheSize = db.pragma('cache_size', { simple: true })
  db.pragma('cache_size = 1')
  db.pragma('shrink_memory')
  // Reads one page, so that the cache is not empty when its limit is raised again.
  db.pragma('user_version')
  db.pragma(`cache_size = ${cacheSize}`)
}

// SQLite's own limit, in bytes.
const maxMappedBytes = 0x7fff0000

/**
 * Opens a database file, creating it if needed and migrating it if it is older. Throws UserError, and leaves the file
 * unchanged, if it belongs to another program, comes from a newer version, is in use, or cannot be written.
 */
export function openFile(path: string): Database {
  checkFile(path)
  try {
    const db = new SQLite(path, { timeout: 0 })
    // Exclusive locking needs no shared-memory file. NORMAL: a commit survives the death of the process.
    db.pragma('locking_mode = EXCLUSIVE')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = NORMAL')
    // With many keys nearly every read hits another page: map the file instead of copying, and checkpoint every 16 MB.
    db.pragma(`mmap_size = ${maxMappedBytes}`)
    db.pragma('wal_autocheckpoint = 4000')
    migrate(db)
    return db
  } catch (error) {
    throw toUserError(error, path)
  }
}

/** Checks, without writing, that a file can be opened if it exists. Throws UserError as `openFile` does. */
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

// "akey", written by the first migration.
const applicationId = 0x616b6579

function assertOwnDatabase(db: Database, path: string): void {
  const version = db.pragma('user_version', { simple: true }) as number
  const isEmpty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
  if (!isEmpty && db.pragma('application_id', { simple: true }) !== applicationId) {
    throw new UserError(`--data: ${path} is a database of another program.`)
  }
  if (version > newestVersion()) {
    throw new UserError(
      `--data: ${path} has version ${version}, written by a newer release; this release supports versions up to ${newestVersion()}.`,
    )
  }
}

const explanations: Record<string, string> = {
  SQLITE_NOTADB: 'is not a SQLite database',
  SQLITE_CORRUPT: 'is a damaged SQLite database',
  SQLITE_BUSY: 'is in use by another process',
  SQLITE_CANTOPEN: 'cannot be opened',
  SQLITE_READONLY: 'cannot be written',
  SQLITE_PERM: 'cannot be opened: permission denied',
  SQLITE_FULL: 'cannot be written: the disk is full',
  SQLITE_IOERR: 'cannot be read or written',
}

/** Returns a UserError that explains SQLite's error about the file at `path`; any other error unchanged. */
export function toUserError(error: unknown, path: string): unknown {
  if (!(error instanceof SQLite.SqliteError)) return error
  // An extended code, such as SQLITE_READONLY_DIRECTORY, starts with the code of its family.
  const family = Object.keys(explanations).find((each) => error.code.startsWith(each))
  return family === undefined ? error : new UserError(`--data: ${path} ${explanations[family]} (${error.message})`)
}
