import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { systemNow } from '../../common/clock.ts'
import { type Image, openFile, openImage, toWalFile } from './database.ts'

/** Where the state of a sandbox is kept, and what it may go back to. */
export interface SandboxStorage {
  /** The database as an earlier run left it. Throws UserError as `openFile` does. */
  open(): Database | undefined
  /** Puts an image in the place of `present`, and closes that; or throws, and leaves it as it is. */
  replace(image: Image, current?: Database): Database
  /** When the sandbox came into being, in Unix milliseconds of the system. */
  createdAt: () => number
  /** What the sandbox began as. */
  initialImage: ImageSlot
  snapshot(name: string): ImageSlot
  snapshotNames(): string[]
}

/** A place for one image. */
export interface ImageSlot {
  read(): Image | undefined
  write(image: Image): void
  clear(): void
}

/** A home that is gone with the process. */
export function openMemoryStorage(): SandboxStorage {
  const images = new Map<string, Image>()
  const snapshots = new Map<string, Image>()
  const now = systemNow()
  return {
    createdAt: () => now,
    open: () => undefined,
    replace(image, current) {
      const db = openImage(image)
      current?.close()
      return db
    },
    initialImage: memorySlot(images, 'beginning'),
    snapshot: (name) => memorySlot(snapshots, name),
    snapshotNames: () => [...snapshots.keys()],
  }
}

const memorySlot = (images: Map<string, Image>, name: string): ImageSlot => ({
  read: () => images.get(name),
  write: (image) => void images.set(name, image),
  clear: () => void images.delete(name),
})

export const databasePath = (folder: string): string => join(folder, 'sandbox.sqlite')

const initialImagePath = (folder: string) => join(folder, 'beginning.sqlite')

// Hexadecimal, for names may differ in case alone, which some file systems do not tell apart.
const snapshotFile = /^snapshot-((?:[0-9a-f]{2})+)\.sqlite$/
const snapshotPath = (folder: string, name: string) =>
  join(folder, `snapshot-${Buffer.from(name, 'utf8').toString('hex')}.sqlite`)

const listSnapshots = (folder: string) =>
  readdirSync(folder).flatMap((file) => {
    const [, hex] = snapshotFile.exec(file) ?? []
    return hex === undefined ? [] : [Buffer.from(hex, 'hex').toString('utf8')]
  })

/** A home that outlives the process: files in a folder that is there. */
export function openFileStorage(folder: string): SandboxStorage {
  const path = databasePath(folder)
  return {
    // A sandbox of an earlier version has no image of its beginning.
    createdAt: () => statSync(existsSync(initialImagePath(folder)) ? initialImagePath(folder) : path).mtimeMs,
    open: () => (existsSync(path) ? openFile(path) : undefined),
    replace(image, current) {
      // What may fail comes first, while the present database still serves.
      const temporary = writeTemporary(path, toWalFile(image))
      // Whenever the process dies, no WAL must hold what SQLite would put into the new file.
      if (current === undefined) clearJournals(path)
      else current.pragma('wal_checkpoint(TRUNCATE)')
      renameOver(temporary, path, current)
      current?.close()
      clearJournals(path)
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
  // Windows puts nothing in the place of a file that is open.
  if (process.platform === 'win32') current?.close()
  renameSync(temporary, path)
}

function clearJournals(path: string): void {
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

const storageFilePattern = /^(sandbox|beginning|snapshot-[0-9a-f]+)\.sqlite(-wal|-shm|-journal|\.new)?$/

/** Every file that a home has made in its folder. */
export const listStorageFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => storageFilePattern.test(file))
    .map((file) => join(folder, file))
