import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Returns what keeps a path from being read as a regular file, as a predicate; undefined for a regular file or a missing one. */
export function irregularity(path: string): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined || stats.isFile()) return undefined
  return stats.isSymbolicLink() ? 'is a symbolic link, which is not followed' : 'is not a regular file'
}

// Windows has neither flag. NONBLOCK: opening a FIFO must not wait for its other end.
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Returns the bytes of a regular file; undefined if the path became something else since it was checked. */
export function readRegularFile(path: string): Buffer | undefined {
  const descriptor = openSync(path, readFlags)
  try {
    return fstatSync(descriptor).isFile() ? readFileSync(descriptor) : undefined
  } finally {
    closeSync(descriptor)
  }
}

/** Where a file is written completely before it gets its name. */
export const temporaryPath = (path: string): string => `${path}.new`

interface Replacement {
  /** Runs when only the rename is left to do. */
  beforeRename?: () => void
  /** Undoes `beforeRename`, while the temporary file still exists. */
  onFailure?: () => void
}

/** Replaces a file completely or, if it throws, not at all, without leaving a temporary file. */
export function replaceFile(path: string, bytes: Buffer, { beforeRename, onFailure }: Replacement = {}): void {
  const temporary = temporaryPath(path)
  try {
    writeNewFile(temporary, bytes)
    beforeRename?.()
    renameSync(temporary, path)
  } catch (error) {
    onFailure?.()
    removeIfPossible(temporary)
    throw error
  }
  syncFolder(dirname(path))
}

/** Writes a file and waits for the disk, in place of what had its name. */
export function writeNewFile(path: string, bytes: Buffer): void {
  // What an interrupted run left, perhaps a link: "wx" neither follows nor overwrites it.
  rmSync(path, { force: true })
  const descriptor = openSync(path, 'wx')
  try {
    writeFileSync(descriptor, bytes)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Waits until a file is on the disk. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Gives a file that is on the disk the name of another, which it replaces. */
export function renameOver(temporary: string, path: string): void {
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Deletes a file that is no longer needed. Ignores errors, because a leftover is harmless. */
export function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {}
}

// The file has been replaced by now: a failure would only make the rename less durable, and not every system can do this.
function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r')
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {}
}
