import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import SQLite, { type Database } from 'better-sqlite3'
import { UserError } from '../../common/user-error.ts'
import { isSandboxName } from '../../server/request/target.ts'
import { checkFile, explain } from './database.ts'
import { databaseIn, filesOfHome, type Home, openFileHome } from './storage.ts'

/** The folder of `--data`: one folder in it for each sandbox, and a lock that only one process can hold. */
export interface DataDirectory {
  /** Looks at every file there is, without a change to any, and names their sandboxes. Throws UserError as `openFile` does. */
  check(): string[]
  /** Where the state of a sandbox is kept. */
  home(name: string): Home
  /** What an error that came up in using that database means to whoever named the folder. */
  explain(name: string, error: unknown): unknown
  remove(name: string): void
  close(): void
}

/** Takes the folder, made if it is not there. Throws UserError where it cannot be written or another process has it. */
export function openDataDirectory(root: string): DataDirectory {
  makeFolder(resolve(root))
  const lock = takeLock(root)
  // Hexadecimal, for names may differ in case alone, which some file systems do not tell apart.
  const folderOf = (name: string) => join(root, Buffer.from(name, 'utf8').toString('hex'))
  const fileOf = (name: string) => databaseIn(folderOf(name))
  const clear = (name: string) => {
    // The database first: without it the others belong to nobody, should the process die here.
    for (const file of [fileOf(name), ...filesOfHome(folderOf(name))]) rmSync(file, { force: true })
  }
  return {
    check() {
      // What else stands in the folder is somebody else's.
      const names = readdirSync(root)
        .map((folder) => Buffer.from(folder, 'hex').toString('utf8'))
        .filter((name) => isSandboxName(name) && existsSync(fileOf(name)))
      for (const name of names) checkFile(fileOf(name))
      return names
    },
    home(name) {
      makeFolder(folderOf(name))
      if (!existsSync(fileOf(name))) clear(name)
      return openFileHome(folderOf(name))
    },
    explain: (name, error) => explain(error, fileOf(name)),
    remove(name) {
      clear(name)
      // Unless somebody has put something of their own there.
      if (readdirSync(folderOf(name)).length === 0) rmdirSync(folderOf(name))
    },
    close: () => void lock.close(),
  }
}

// Step by step: Node's recursive mkdir never returns where a folder cannot be made though its parent is there (/proc).
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw new UserError(`--data: the folder ${path} cannot be made: ${(error as Error).message}`)
  }
}

/** A transaction that stays open: the operating system ends it with the process, however that dies. */
function takeLock(root: string): Database {
  const path = join(root, 'lock.sqlite')
  refuseUnwritable(root)
  try {
    const lock = new SQLite(path, { timeout: 0 })
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new UserError(`--data: the folder ${root} is used by another process.`)
    }
    throw explain(error, path)
  }
}

function refuseUnwritable(root: string): void {
  try {
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const user = process.getuid === undefined ? '' : ` by user ${process.getuid()}, as whom this runs`
    throw new UserError(`--data: the folder ${root} cannot be read and written${user}: ${(error as Error).message}`)
  }
}
