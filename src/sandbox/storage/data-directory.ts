import { accessSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SQLite, { type Database } from 'better-sqlite3'
import { tryCatch } from '../../common/try-catch.ts'
import { isSandboxName } from '../names.ts'
import { checkFile, journalPaths, rejectIrregular } from './database-file.ts'
import { fromDatabaseError, StorageError, withFile } from './errors.ts'
import { databasePath, openFileStorage } from './file-storage.ts'
import { deleteStorageFiles, deleteTemporaryFiles, findOrphan, markRemoved } from './removal.ts'
import type { SandboxStorage } from './storage.ts'

/** The folder of `--data`: one subfolder per sandbox, and a lock that only one process can hold. */
export interface DataDirectory {
  /** Checks every database without changing any, and returns the sandbox names. Throws StorageError. */
  check(): string[]
  /** Deletes what interrupted creations and removals left, where that is possible. Call it after `check`. */
  deleteLeftovers(): void
  /** Returns the storage of a sandbox, whose folder is created if needed. Throws StorageError. */
  openStorage(name: string): SandboxStorage
  /** Returns whether the sandbox has a database, in use or from an earlier run. */
  holds(name: string): boolean
  /** Returns the StorageError for an error of SQLite about the sandbox's database; other errors unchanged. */
  fromDatabaseError(name: string, error: unknown): unknown
  /** Deletes the files of a sandbox. Throws StorageError. */
  remove(name: string): void
  close(): void
}

/** Locks the folder, creating it if needed. Throws StorageError if it is not writable or another process has locked it. */
export function openDataDirectory(root: string): DataDirectory {
  createFolder(resolve(root))
  const lock = acquireLock(root)
  // Hexadecimal, because some file systems do not distinguish names that differ only in case.
  const sandboxFolder = (name: string) => join(root, Buffer.from(name, 'utf8').toString('hex'))
  const sandboxFile = (name: string) => databasePath(sandboxFolder(name))
  const isStored = (name: string) => {
    assertFolder(sandboxFolder(name))
    return lstatSync(sandboxFile(name), { throwIfNoEntry: false }) !== undefined
  }
  const removeFiles = (folder: string) => {
    markRemoved(folder)
    deleteStorageFiles(folder)
    // The user may have put other files there.
    if (readdirSync(folder).length === 0) rmdirSync(folder)
  }
  // Other files in the folder belong to the user and are ignored.
  const sandboxNames = () =>
    readdirSync(root)
      .map((folder) => Buffer.from(folder, 'hex').toString('utf8'))
      .filter(isSandboxName)
  // A large database takes a second to check: at a start only once.
  const checked = new Set<string>()
  const check = (name: string) => {
    if (!isStored(name)) {
      rejectOrphan(sandboxFolder(name))
      return false
    }
    checkFile(sandboxFile(name))
    checked.add(name)
    return true
  }
  return {
    check: () => sandboxNames().filter(check),
    deleteLeftovers() {
      for (const name of sandboxNames()) if (!isStored(name)) tryCatch(() => removeFiles(sandboxFolder(name)))
    },
    openStorage(name) {
      const folder = sandboxFolder(name)
      createFolder(folder)
      const isNew = !checked.delete(name) && !check(name)
      withFile(folder, () => (isNew ? deleteStorageFiles(folder) : deleteTemporaryFiles(folder)))
      return openFileStorage(folder, { isNew })
    },
    holds: isStored,
    fromDatabaseError: (name, error) => fromDatabaseError(error, sandboxFile(name)),
    remove(name) {
      const folder = sandboxFolder(name)
      checked.delete(name)
      if (existsSync(folder)) withFile(folder, () => removeFiles(folder))
    },
    close: () => void lock.close(),
  }
}

/** Throws StorageError if the path is anything but a folder or nothing. */
function assertFolder(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined || stats.isDirectory()) return
  throw new StorageError(
    `--data: ${path} ${stats.isSymbolicLink() ? 'is a symbolic link, which is not followed' : 'is not a folder'}`,
  )
}

/** Throws StorageError if a database is missing that other files of its folder belong to. */
function rejectOrphan(folder: string): void {
  const orphan = existsSync(folder) ? withFile(folder, () => findOrphan(folder)) : undefined
  if (orphan === undefined) return
  const remedy = 'restore it, or remove the folder to start from the seed'
  throw new StorageError(`--data: ${databasePath(folder)} is missing, but its ${orphan} exists: ${remedy}`)
}

// One level at a time: Node's recursive mkdir never returns where the parent exists but refuses folders (/proc).
function createFolder(path: string): void {
  if (existsSync(path)) return
  createFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new StorageError(`--data: cannot create the folder ${path}: ${(error as Error).message}`)
  }
}

/** Opens a transaction and leaves it open: the operating system releases it however the process ends. */
function acquireLock(root: string): Database {
  const path = join(root, 'lock.sqlite')
  assertWritable(root)
  for (const file of [path, ...journalPaths(path)]) rejectIrregular(file)
  return withFile(path, () => {
    const lock = new SQLite(path, { timeout: 0 })
    try {
      lock.exec('BEGIN EXCLUSIVE')
      return lock
    } catch (error) {
      lock.close()
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
      throw new StorageError(`--data: the folder ${root} is in use by another process.`)
    }
  })
}

function assertWritable(root: string): void {
  try {
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const user = process.getuid === undefined ? '' : ` by the current user (uid ${process.getuid()})`
    throw new StorageError(`--data: the folder ${root} cannot be read and written${user}: ${(error as Error).message}`)
  }
}
