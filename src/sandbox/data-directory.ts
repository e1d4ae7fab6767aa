import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import SQLite, { type Database } from 'better-sqlite3'
import { UserError } from '../user-error.ts'
import { explain, openFile } from './database.ts'

/** The folder of `--data`: one folder in it for each sandbox, and a lock that only one process can hold. */
export interface DataDirectory {
  /** The sandboxes that have a folder. */
  names(): string[]
  /** Opens the database of a sandbox, or makes it. Throws UserError as `openFile` does. */
  open(name: string): Database
  /** What an error that came up in using that database means to whoever named the folder. */
  explain(name: string, error: unknown): unknown
  remove(name: string): void
  close(): void
}

/** Takes the folder, made if it is not there. Throws UserError where it cannot be written or another process has it. */
export function openDataDirectory(root: string): DataDirectory {
  makeFolder(root)
  const lock = takeLock(root)
  // Hexadecimal, for names may differ in case alone, which some file systems do not tell apart.
  const folderOf = (name: string) => join(root, Buffer.from(name, 'utf8').toString('hex'))
  const fileOf = (name: string) => join(folderOf(name), 'sandbox.sqlite')
  return {
    names: () =>
      readdirSync(root, { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && /^([0-9a-f]{2})+$/.test(entry.name))
        .map((entry) => Buffer.from(entry.name, 'hex').toString('utf8')),
    open(name) {
      makeFolder(folderOf(name))
      return openFile(fileOf(name))
    },
    explain: (name, error) => explain(error, fileOf(name)),
    remove(name) {
      rmSync(folderOf(name), { recursive: true, force: true })
    },
    close: () => void lock.close(),
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw new UserError(`--data: the folder ${path} cannot be made: ${(error as Error).message}`)
  }
}

/** A transaction that stays open: the operating system ends it with the process, however that dies. */
function takeLock(root: string): Database {
  const path = join(root, 'lock.sqlite')
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
