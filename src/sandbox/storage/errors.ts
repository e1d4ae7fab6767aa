import { closeSync, openSync } from 'node:fs'
import SQLite from 'better-sqlite3'
import { UserError } from '../../common/user-error.ts'

/** The data directory cannot be read or written. Stops the start with exit code 2; a request gets 503. */
export class StorageError extends UserError {}

/** An image in a file cannot be used. The state of the sandbox is unchanged. */
export class DamagedImage extends Error {
  readonly kind: 'snapshot' | 'initial_state'
  /** What is wrong with the file, as a predicate. */
  readonly problem: string
  readonly path: string

  constructor(kind: DamagedImage['kind'], path: string, problem: string) {
    super(`${path} ${problem}`)
    this.kind = kind
    this.path = path
    this.problem = problem
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
  ENOSPC: 'cannot be written: the disk is full',
  EDQUOT: 'cannot be written: the disk quota is exhausted',
  ENOENT: 'does not exist',
}

/** Returns a StorageError that explains an error of SQLite about the database at `path`; any other error unchanged. */
export const fromDatabaseError = (error: unknown, path: string): unknown =>
  error instanceof SQLite.SqliteError ? describe(error, path) : error

/** Returns a StorageError if a sandbox in memory has reached the limit of SQLite; any other error unchanged. */
export function fromMemoryError(error: unknown, sandbox: string): unknown {
  if (!(error instanceof SQLite.SqliteError) || error.code !== 'SQLITE_FULL') return error
  return new StorageError(
    `the sandbox '${sandbox}' is full: in memory, it can have at most 1 GiB; reset it, or store sandboxes with --data`,
  )
}

/** Runs an action on the file at `path`. Throws a StorageError that explains an error of SQLite or of the file system. */
export function withFile<Result>(path: string, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined
      ? fromDatabaseError(error, path)
      : describe(error as NodeJS.ErrnoException, path)
  }
}

/** Runs an asynchronous action like `withFile`. */
export async function withFileAsync<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    return withFile(path, () => {
      throw error
    })
  }
}

const describe = ({ code = '', message }: NodeJS.ErrnoException, path: string) =>
  new StorageError(`--data: ${path} ${explain(code)} (${message})`)

/** Returns what an error of SQLite says about a file, as a predicate. */
export function explain(code: string): string {
  if (isOutOfDescriptors(code)) return `cannot be opened: too many open files${describeLimit()}`
  // An extended code, such as SQLITE_READONLY_DIRECTORY, starts with the code of its family.
  const family = Object.keys(explanations).find((each) => code.startsWith(each))
  return family === undefined ? 'cannot be read or written' : (explanations[family] ?? '')
}

// A database and its WAL, and one more that SQLite opens for a moment.
const descriptorsOfDatabase = 3

// SQLite reports only that it cannot open the file.
function isOutOfDescriptors(code: string): boolean {
  if (code === 'EMFILE' || code === 'ENFILE') return true
  if (!code.startsWith('SQLITE_CANTOPEN')) return false
  const opened: number[] = []
  try {
    for (let n = 0; n < descriptorsOfDatabase; n++) opened.push(openSync(process.execPath, 'r'))
    return false
  } catch {
    return true
  } finally {
    opened.forEach(closeSync)
  }
}

function describeLimit(): string {
  // Reading /proc/self/limits would need a descriptor.
  const report = process.report?.getReport() as { userLimits?: { open_files?: { soft?: unknown } } } | undefined
  const limit = report?.userLimits?.open_files?.soft
  return limit === undefined ? '' : `; the limit is ${limit} (ulimit -n), and every stored sandbox takes two`
}
