import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SQLite, { type Database } from 'better-sqlite3'
import { UserError } from '../../common/user-error.ts'
import { isSandboxName } from '../../server/request/target.ts'
import { checkFile, toUserError } from './database.ts'
import { databasePath, listStorageFiles, openFileStorage, type SandboxStorage } from './storage.ts'

/** The folder of `--data`: one folder in it for each sandbox, and a lock that only one process can hold. */
export interface DataDirectory {
  /** Looks at every file there is, without a change to any, and names their sandboxes. Throws UserError as `openFile` does. */
  check(): string[]
  /** Where the state of a sandbox is kept. */
  openStorage(name: string): SandboxStorage
  /** What an error that came up in using that database means to whoever named the folder. */
  toUserError(name: string, error: unknown): unknown
  remove(name: string): void
  close(): void
}

/** Takes the folder, made if it is not there. Throws UserError where it cannot be written or another process has it. */
export function openDataDirectory(root: string): DataDirectory {
  createFolder(resolve(root))
  const lock = acquireLock(root)
  // Hexadecimal, for names may differ in case alone, which some file systems do not tell apart.
  const sandboxFolder = (name: string) => join(root, Buffer.from(name, 'utf8').toString('hex'))
  const sandboxFile = (name: string) => databasePath(sandboxFolder(name))
  const deleteFiles = (name: string) => {
    // The database first: without it the others belong to nobody, should the process die here.
    for (const file of [sandboxFile(name), ...listStorageFiles(sandboxFolder(name))]) rmSync(file, { force: true })
  }
  return {
    check() {
      // What else stands in the folder is somebody else's.
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
      // Unless somebody has put something of their own there.
      if (readdirSync(sandboxFolder(name)).length === 0) rmdirSync(sandboxFolder(name))
    },
    close: () => void lock.close(),
  }
}

// Step by step: Node's recursive mkdir never returns where a folder cannot be made though its parent is there (/proc).
function createFolder(path: string): void {
  if (existsSync(path)) return
  createFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new UserError(`--data: the folder ${path} cannot be made: ${(error as Error).message}`)
  }
}

/** A transaction that stays open: the operating system ends it with the process, however that dies. */
function acquireLock(root: string): Database {
  const path = join(root, 'lock.sqlite')
  assertWritable(root)
  try {
    const lock = new SQLite(path, { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new UserError(`--data: the folder ${root} is used by another process.`)
    }
    throw toUserError(error, path)
  }
}

function assertWritable(root: string): void {
  try {
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const user = process.getuid === undefined ? '' : ` by user ${process.getuid()}, as whom this runs`
    throw new UserError(`--data: the folder ${root} cannot be read and written${user}: ${(error as Error).message}`)
  }
}
