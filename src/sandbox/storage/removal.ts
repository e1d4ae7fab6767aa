import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { databasePath, listSnapshots } from './file-storage.ts'

const storageFilePattern = /^(sandbox|initial|snapshot-[0-9a-f]+)\.sqlite(-wal|-shm|-journal|\.new)?$/

// The database of a sandbox whose removal has begun: no start takes what is left for a sandbox, or for a damaged one.
const removedPath = (folder: string) => join(folder, 'removed.sqlite')

const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Makes the files in a folder belong to no sandbox, even if the process dies before they are deleted. */
export function markRemoved(folder: string): void {
  if (exists(databasePath(folder))) renameSync(databasePath(folder), removedPath(folder))
}

/** Deletes all files in the folder that belong to its storage. */
export function deleteStorageFiles(folder: string): void {
  for (const file of readdirSync(folder)) {
    if (storageFilePattern.test(file)) rmSync(join(folder, file), { force: true })
  }
  rmSync(removedPath(folder), { force: true })
}

/**
 * Returns a file, as a noun, that only a folder with a database can have; undefined without such a file, or if the removal of the
 * sandbox has begun. An initial image alone is what a killed start leaves: it is written before the database.
 */
export function findOrphan(folder: string): string | undefined {
  if (exists(removedPath(folder))) return undefined
  const wal = lstatSync(`${databasePath(folder)}-wal`, { throwIfNoEntry: false })
  if (wal !== undefined && wal.size > 0) return 'WAL'
  const [snapshot] = listSnapshots(folder)
  return snapshot === undefined ? undefined : `snapshot '${snapshot}'`
}
