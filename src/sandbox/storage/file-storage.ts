import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { type Image, openFile, toWalFile } from './database.ts'
import type { ImageSlot, SandboxStorage } from './storage.ts'

export const databasePath = (folder: string): string => join(folder, 'sandbox.sqlite')

const initialImagePath = (folder: string) => join(folder, 'initial.sqlite')

// Hexadecimal, because some file systems do not distinguish names that differ only in case.
const snapshotFile = /^snapshot-((?:[0-9a-f]{2})+)\.sqlite$/
const snapshotPath = (folder: string, name: string) =>
  join(folder, `snapshot-${Buffer.from(name, 'utf8').toString('hex')}.sqlite`)

const listSnapshots = (folder: string) =>
  readdirSync(folder).flatMap((file) => {
    const [, hex] = snapshotFile.exec(file) ?? []
    return hex === undefined ? [] : [Buffer.from(hex, 'hex').toString('utf8')]
  })

/** Returns storage in the files of an existing folder, which survives the process. */
export function openFileStorage(folder: string): SandboxStorage {
  const path = databasePath(folder)
  return {
    // The time of the database file changes with every write. Used only if the initial image is missing.
    createdAt: () => statSync(existsSync(initialImagePath(folder)) ? initialImagePath(folder) : path).mtimeMs,
    open: () => (existsSync(path) ? openFile(path) : undefined),
    replace(image, current) {
      // What can fail comes first, while the current database still serves requests.
      const temporary = writeTemporary(path, toWalFile(image))
      // Otherwise, if the process dies after the rename, SQLite would apply the old WAL to the new file.
      if (current === undefined) deleteJournals(path)
      else current.pragma('wal_checkpoint(TRUNCATE)')
      renameOver(temporary, path, current)
      current?.close()
      deleteJournals(path)
      return openFile(path)
    },
    initialImage: fileSlot(initialImagePath(folder)),
    snapshot: (name) => fileSlot(snapshotPath(folder, name)),
    snapshotNames: () => listSnapshots(folder),
  }
}

const fileSlot = (path: string): ImageSlot => ({
  read: () => (existsSync(path) ? readFileSync(path) : undefined),
  write: (image) => renameSync(writeTemporary(path, image), path),
  clear: () => rmSync(path, { force: true }),
})

function writeTemporary(path: string, image: Image): string {
  const temporary = `${path}.new`
  writeFileSync(temporary, image)
  return temporary
}

function renameOver(temporary: string, path: string, current?: Database): void {
  // Windows cannot replace a file that is open.
  if (process.platform === 'win32') current?.close()
  renameSync(temporary, path)
}

function deleteJournals(path: string): void {
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

const storageFilePattern = /^(sandbox|initial|snapshot-[0-9a-f]+)\.sqlite(-wal|-shm|-journal|\.new)?$/

/** Returns the paths of all files in the folder that belong to this storage. */
export const listStorageFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => storageFilePattern.test(file))
    .map((file) => join(folder, file))
