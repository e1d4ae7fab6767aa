import { constants, rmSync, statSync } from 'node:fs'
import { copyFile, open } from 'node:fs/promises'
import SQLite, { type Database } from 'better-sqlite3'
import { getEmptyImage, journalModeBytes } from './database.ts'
import { withFile, withFileAsync } from './errors.ts'
import { removeIfPossible, renameOver, syncFile, temporaryPath, writeNewFile } from './files.ts'
import type { Draft, ImageSlot } from './storage.ts'

interface DraftDeps {
  /** The path of the sandbox's database. */
  path: string
  initialImagePath: string
  initialImage: ImageSlot
  /** Remembers that the initial image is intact. */
  markIntact: () => void
  /** Prepares the files of the current database for another. */
  beforeReplace: (current: Database) => void
  /** Deletes the journals of the replaced database, and opens the new one. */
  openReplaced: () => Database
  open: () => Database
}

/** Returns a draft in the file that becomes the database of a sandbox. */
export function openFileDraft(deps: DraftDeps): Draft {
  const file = temporaryPath(deps.path)
  return withFile(deps.path, () => {
    writeNewFile(file, getEmptyImage())
    return createDraft(file, deps)
  })
}

/** Returns a draft that is a copy of the initial image. */
export const copyToFileDraft = (deps: DraftDeps): Promise<Draft> => {
  const file = temporaryPath(deps.path)
  return withFileAsync(deps.path, async () => {
    rmSync(file, { force: true })
    await copyFile(deps.initialImagePath, file, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    return createDraft(file, deps)
  })
}

function createDraft(file: string, deps: DraftDeps): Draft {
  const { path, initialImagePath, initialImage } = deps
  const db = openUnsafely(file)
  const discard = () => {
    db.close()
    removeIfPossible(file)
  }
  return {
    db,
    flush: () =>
      withFileAsync(path, async () => {
        db.close()
        await setJournalMode(file, 2)
        await syncFile(file)
      }),
    storeInitialImage: () =>
      withFileAsync(path, async () => {
        const copy = temporaryPath(initialImagePath)
        rmSync(copy, { force: true })
        await copyFile(file, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
        await setJournalMode(copy, 1)
        await syncFile(copy)
        renameOver(copy, initialImagePath)
        deps.markIntact()
      }),
    create() {
      withFile(path, () => {
        try {
          renameOver(file, path)
        } catch (error) {
          initialImage.clear()
          throw error
        }
      })
      return deps.open()
    },
    replace(current) {
      withFile(path, () => {
        deps.beforeReplace(current)
        renameOver(file, path)
      })
      current.close()
      return deps.openReplaced()
    },
    discard,
  }
}

/** Opens a file that is useless until it is complete: without a rollback journal, and without waiting for the disk. */
function openUnsafely(file: string): Database {
  const db = new SQLite(file, { timeout: 0, fileMustExist: true })
  // It must not need temporary files: a container may have nowhere else to write.
  for (const setting of ['journal_mode = OFF', 'synchronous = OFF', 'locking_mode = EXCLUSIVE', 'temp_store = MEMORY'])
    db.pragma(setting)
  return db
}

async function setJournalMode(file: string, mode: 1 | 2): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    for (const at of journalModeBytes) await handle.write(Uint8Array.of(mode), 0, 1, at)
  } finally {
    await handle.close()
  }
}

// Smaller ones are copied in memory: a few milliseconds.
const largeImageBytes = 16 * 1024 * 1024

/** Returns whether a file, if it exists, is too large to be read and written at once. */
export const isLargeFile = (path: string): boolean =>
  (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= largeImageBytes
