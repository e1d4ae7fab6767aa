import { existsSync, lstatSync, rmSync } from 'node:fs'
import SQLite, { type Database } from 'better-sqlite3'
import { findDamage, findSizeDamage } from './check.ts'
import { findWalDamage } from './check-wal.ts'
import { StorageError, withFile } from './errors.ts'
import { irregularity } from './files.ts'
import { migrate } from './migrations.ts'

/** Returns the files that SQLite keeps beside a database. */
export const journalPaths = (path: string): string[] => ['-wal', '-shm', '-journal'].map((suffix) => path + suffix)

// SQLite's own limit, in bytes.
const maxMappedBytes = 0x7fff0000

/**
 * Opens a database file that `checkFile` accepted, or that a prepared image replaced, migrating it if it is older. Throws
 * StorageError if it is in use or cannot be written.
 */
export const openFile = (path: string): Database => withFile(path, () => openAndMigrate(path))

function openAndMigrate(path: string): Database {
  const db = new SQLite(path, { timeout: 0, fileMustExist: true })
  try {
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
    db.close()
    throw error
  }
}

/** Checks, without writing, that a database file can be used, and its WAL. Throws StorageError with what is wrong. */
export function checkFile(path: string): void {
  for (const file of [path, ...journalPaths(path)]) rejectIrregular(file)
  rejectDamagedWal(`${path}-wal`)
  const problem = withFile(path, () => findSizeDamage(lstatSync(path).size) ?? findFileDamage(path))
  if (problem !== undefined) throw new StorageError(`--data: ${path} ${problem}`)
}

function rejectDamagedWal(path: string): void {
  const problem = existsSync(path) ? withFile(path, () => findWalDamage(path)) : undefined
  if (problem !== undefined) throw new StorageError(`--data: ${path} ${problem}`)
}

/** Throws StorageError if the path is anything but a regular file or nothing. */
export function rejectIrregular(path: string): void {
  const problem = irregularity(path)
  if (problem !== undefined) throw new StorageError(`--data: ${path} ${problem}`)
}

function findFileDamage(path: string): string | undefined {
  // A connection that only reads creates the files of WAL mode, but does not remove them.
  const missing = journalPaths(path).filter((file) => !existsSync(file))
  const db = new SQLite(path, { readonly: true, timeout: 0 })
  try {
    return findDamage(db)
  } finally {
    db.close()
    for (const file of missing) rmSync(file, { force: true })
  }
}
