import { join } from 'node:path'
import SQLite, { type Database } from 'better-sqlite3'

const toHex = (name: string) => Buffer.from(name).toString('hex')

/** Returns the folder of a sandbox in a data directory. */
export const sandboxFolder = (data: string, sandbox = 'default') => join(data, toHex(sandbox))

/** Returns a file of a sandbox in a data directory: `sandbox.sqlite` or `initial.sqlite`. */
export const sandboxFile = (data: string, file = 'sandbox.sqlite', sandbox = 'default') =>
  join(sandboxFolder(data, sandbox), file)

/** Returns the file of a snapshot of the default sandbox. */
export const snapshotFile = (data: string, name: string) => sandboxFile(data, `snapshot-${toHex(name)}.sqlite`)

/** Changes a database that no server uses. */
export function editDatabase(path: string, edit: (db: Database) => void): void {
  const db = new SQLite(path)
  edit(db)
  db.close()
}
