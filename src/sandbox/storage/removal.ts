import { lstatSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { databasePath, initialImagePath, listSnapshots } from './file-storage.ts'
import { removeIfPossible, temporaryPath, writeNewFile } from './files.ts'

const storageFilePattern = /^(initial|sandbox|snapshot-[0-9a-f]+)\.sqlite(-wal|-shm|-journal|\.new)?$/

// The database of a sandbox whose removal has begun: no start takes what is left for a sandbox, or for a damaged one.
const removedPath = (folder: string) => join(folder, 'removed.sqlite')

const exists = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Makes the files in a folder belong to no sandbox, even if the process dies before they are deleted. */
export function markRemoved(folder: string): void {
  if (exists(databasePath(folder))) renameSync(databasePath(folder), removedPath(folder))
  else if (findOrphan(folder) !== undefined) writeNewFile(removedPath(folder), Buffer.alloc(0))
}

const filesOf = (folder: string) => readdirSync(folder).filter((file) => storageFilePattern.test(file))

/** Deletes all files in the folder that belong to its storage. */
export function deleteStorageFiles(folder: string): void {
  // The initial image before the database that a killed process was creating: alone, it would mean that the database was lost.
  for (const file of filesOf(folder).sort()) rmSync(join(folder, file), { force: true })
  rmSync(removedPath(folder), { force: true })
}

/** Deletes what a process that was killed had not written completely. */
export function deleteTemporaryFiles(folder: string): void {
  for (const file of filesOf(folder)) if (file.endsWith(temporaryPath(''))) removeIfPossible(join(folder, file))
}

/**
 * Returns a file, as a noun, that only a folder with a database can have; undefined without such a file, or if the creation or
 * removal of the sandbox was interrupted. A creation writes the database, the initial image, and then renames the database.
 */
export function findOrphan(folder: string): string | undefined {
  if (exists(removedPath(folder))) return undefined
  const wal = lstatSync(`${databasePath(folder)}-wal`, { throwIfNoEntry: false })
  if (wal !== undefined && wal.size > 0) return 'WAL'
  const [snapshot] = listSnapshots(folder)
  if (snapshot !== undefined) return `snapshot '${snapshot}'`
  const isBeingCreated = exists(temporaryPath(databasePath(folder)))
  return exists(initialImagePath(folder)) && !isBeingCreated ? 'initial state' : undefined
}
