import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SQLite, { type Database } from 'better-sqlite3'
import { UserError } from '../../common/user-error.ts'
import { isSandboxName } from '../names.ts'
import { checkFile, toUserError } from './database.ts'
import { databasePath, listStorageFiles, openFileStorage } from './file-storage.ts'
import type { SandboxStorage } from './storage.ts'

/** The folder of `--data`: one subfolder per sandbox, and a lock that only one process can hold. */
export interface DataDirectory {
  /** Checks every database without changing any, and returns the sandbox names. Throws UserError as `openFile` does. */
  check(): string[]
  openStorage(name: string): SandboxStorage
  /** Returns the UserError for an error that came from the sandbox's database; other errors unchanged. */
  toUserError(name: string, error: unknown): unknown
  remove(name: string): void
  close(): void
}

/** Locks the folder, creating it if needed. Throws UserError if it is not writable or another process has locked it. */
export function openDataDirectory(root: string): DataDirectory {
  createFolder(resolve(root))
  const lock = acquireLock(root)
  // Hexadecimal, because some file systems do not distinguish names that differ only in case.
  const sandboxFolder = (name: string) => join(root, Buffer.from(name, 'utf8').toString('hex'))
  const sandboxFile = (name: string) => databasePath(sandboxFolder(name))
  const deleteFiles = (name: string) => {
    // The database first: if the process dies here, files without a database belong to no sandbox.
    for (const file of [sandboxFile(name), ...listStorageFiles(sandboxFolder(name))]) rmSync(file, { force: true })
  }
  return {
    check() {
      // Other files in the folder belong to the user and are ignored.
      const names = readdirSync(root)
        .map((folder) => Buffer.from(folder, 'hex').toString('utf8'))
        .filter((name) => isSandboxName(name) && existsSync(sandboxFile(name)))
      for (const name of names) checkFile(sandboxFile(name))
      return names
    },
    openStorage(name) {
      createFolder(sandboxFolder(name))
      if (!existsSync(sandboxFile(name))) deleteFiles(name)
      return openFileStorage(sandboxFolder(name))
    },
    toUserError: (name, error) => toUserError(error, sandboxFile(name)),
    remove(name) {
      deleteFiles(name)
      // The user may have put files of their own there.
      if (readdirSync(sandboxFolder(name)).length === 0) rmdirSync(sandboxFolder(name))
    },
    close: () => void lock.close(),
  }
}

// One level at a time: Node's recursive mkdir never returns where the parent exists but refuses folders (/proc).
function createFolder(path: string): void {
  if (existsSync(path)) return
  createFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new UserError(`--data: cannot create the folder ${path}: ${(error as Error).message}`)
  }
}

/** Opens a transaction and leaves it open: the operating system releases it however the process ends. */
function acquireLock(root: string): Database {
  const path = join(root, 'lock.sqlite')
  assertWritable(root)
  try {
    const lock = new SQLite(path, { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new UserError(`--data: the folder ${root} is in use by another process.`)
    }
    throw toUserError(error, path)
  }
}

function assertWritable(root: string): void {
  try {
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const user = process.getuid === undefined ? '' : ` by the current user (uid ${process.getuid()})`
    throw new UserError(`--data: the folder ${root} cannot be read and written${user}: ${(error as Error).message}`)
  }
}
