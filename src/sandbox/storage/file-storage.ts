import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { isSandboxName } from '../names.ts'
import { findImageDamage } from './check.ts'
import { serializeToFile } from './database.ts'
import { journalPaths, openFile } from './database-file.ts'
import { DamagedImage, StorageError, withFile } from './errors.ts'
import { copyToFileDraft, isLargeFile, openFileDraft } from './file-draft.ts'
import { irregularity, readRegularFile, replaceFile } from './files.ts'
import type { ImageSlot, SandboxStorage } from './storage.ts'

export const databasePath = (folder: string): string => join(folder, 'sandbox.sqlite')

export const initialImagePath = (folder: string) => join(folder, 'initial.sqlite')

// Hexadecimal, because some file systems do not distinguish names that differ only in case.
const snapshotFile = /^snapshot-((?:[0-9a-f]{2})+)\.sqlite$/
const snapshotPath = (folder: string, name: string) =>
  join(folder, `snapshot-${Buffer.from(name, 'utf8').toString('hex')}.sqlite`)

/** Returns the names of the snapshots in a folder. Files with other names belong to the user. */
export const listSnapshots = (folder: string): string[] =>
  readdirSync(folder)
    .map((file) => Buffer.from(snapshotFile.exec(file)?.[1] ?? '', 'hex').toString('utf8'))
    .filter(isSandboxName)

/** Returns storage in the files of a folder, which survives the process: of an existing sandbox, or in a new folder. */
export function openFileStorage(folder: string, { isNew }: { isNew: boolean }): SandboxStorage {
  const path = databasePath(folder)
  const intact: IntactFiles = new Map()
  let inode: number | undefined
  const open = () => {
    const db = openFile(path)
    inode = inodeOf(path)
    return db
  }
  const initialPath = initialImagePath(folder)
  const initialImage = fileSlot('initial_state', initialPath, intact)
  const draftDeps = {
    path,
    initialImagePath: initialPath,
    initialImage,
    markIntact: () => void intact.set(initialPath, versionOf(initialPath)),
    beforeReplace: (current: Database) => truncateWal(path, current),
    open,
    openReplaced() {
      deleteJournals(path)
      return open()
    },
  }
  return {
    pageSize: 4096,
    // The database's own time changes with every write; used only if the initial image is missing.
    createdAt: () => (lstatSync(initialImagePath(folder), { throwIfNoEntry: false }) ?? lstatSync(path)).mtimeMs,
    open: () => (isNew ? undefined : open()),
    create(prepared, image) {
      // An initial image without one of the two other files means that the database was lost.
      const steps = { beforeRename: () => initialImage.write(image), onFailure: initialImage.clear }
      withFile(path, () => replaceFile(path, serializeToFile(prepared), steps))
      prepared.close()
      return open()
    },
    replace(prepared, current) {
      const beforeRename = () => truncateWal(path, current)
      withFile(path, () => replaceFile(path, serializeToFile(prepared), { beforeRename }))
      prepared.close()
      current.close()
      deleteJournals(path)
      return open()
    },
    openDraft: () => openFileDraft(draftDeps),
    largeInitialImage() {
      if (!isLargeFile(initialPath)) return undefined
      return () => {
        // After a restart, it is checked once.
        if (intact.get(initialPath) !== versionOf(initialPath)) initialImage.read()
        return copyToFileDraft(draftDeps)
      }
    },
    assertPresent() {
      if (inodeOf(path) === inode) return
      throw new StorageError(
        `--data: ${path} was removed while it was in use: nothing can be stored; restart the emulator`,
      )
    },
    initialImage,
    snapshot: (name) => fileSlot('snapshot', snapshotPath(folder, name), intact),
    snapshotNames: () => listSnapshots(folder),
  }
}

const inodeOf = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.ino

/** By path: the version of each file that is known to be intact. A check takes 3 µs a key, and tests reset often. */
type IntactFiles = Map<string, string>

const fileSlot = (kind: DamagedImage['kind'], path: string, intact: IntactFiles): ImageSlot => ({
  exists: () => isTaken(path),
  read() {
    if (!isTaken(path)) return undefined
    const version = versionOf(path)
    const problem = irregularity(path)
    const image = problem === undefined ? withFile(path, () => readRegularFile(path)) : undefined
    if (image === undefined) throw new DamagedImage(kind, path, problem ?? 'is not a regular file')
    const damage = intact.get(path) === version ? undefined : findImageDamage(image)
    if (damage !== undefined) throw new DamagedImage(kind, path, damage)
    intact.set(path, version)
    return image
  },
  write(image) {
    withFile(path, () => replaceFile(path, image))
    intact.set(path, versionOf(path))
  },
  clear: () => withFile(path, () => rmSync(path, { force: true })),
})

/** Returns a text that changes whenever a file is written or replaced. */
function versionOf(path: string): string {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join()
}

// Whatever it is: a link that leads nowhere, too.
const isTaken = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Makes sure that no WAL holds pages that SQLite would apply to the new file, should the process die after the rename. */
function truncateWal(path: string, current: Database): void {
  const [result] = current.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
  if (result?.busy !== 0) throw new StorageError(`--data: ${path} cannot be replaced: its WAL cannot be written back`)
  // Windows cannot replace a file that is open.
  if (process.platform === 'win32') current.close()
}

function deleteJournals(path: string): void {
  for (const file of journalPaths(path)) rmSync(file, { force: true })
}
