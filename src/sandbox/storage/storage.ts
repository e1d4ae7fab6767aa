import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from 'better-sqlite3'
import { systemNow } from '../clock.ts'
import { fileOf, type Image, openFile, openImage } from './database.ts'

/** Where the state of a sandbox is kept, and what it may go back to. */
export interface Home {
  /** The database as an earlier run left it. Throws UserError as `openFile` does. */
  open(): Database | undefined
  /** Puts an image in the place of `present`, and closes that; or throws, and leaves it as it is. */
  replace(image: Image, present?: Database): Database
  /** When the sandbox came into being, in Unix milliseconds of the system. */
  madeAt: () => number
  /** What the sandbox began as. */
  beginning: Slot
  snapshot(name: string): Slot
  snapshotNames(): string[]
}

/** A place for one image. */
export interface Slot {
  read(): Image | undefined
  write(image: Image): void
  clear(): void
}

/** A home that is gone with the process. */
export function openMemoryHome(): Home {
  const images = new Map<string, Image>()
  const snapshots = new Map<string, Image>()
  const now = systemNow()
  return {
    madeAt: () => now,
    open: () => undefined,
    replace(image, present) {
      const db = openImage(image)
      present?.close()
      return db
    },
    beginning: memorySlot(images, 'beginning'),
    snapshot: (name) => memorySlot(snapshots, name),
    snapshotNames: () => [...snapshots.keys()],
  }
}

const memorySlot = (images: Map<string, Image>, name: string): Slot => ({
  read: () => images.get(name),
  write: (image) => void images.set(name, image),
  clear: () => void images.delete(name),
})

export const databaseIn = (folder: string): string => join(folder, 'sandbox.sqlite')

const beginningIn = (folder: string) => join(folder, 'beginning.sqlite')

// Hexadecimal, for names may differ in case alone, which some file systems do not tell apart.
const snapshotFile = /^snapshot-((?:[0-9a-f]{2})+)\.sqlite$/
const snapshotIn = (folder: string, name: string) =>
  join(folder, `snapshot-${Buffer.from(name, 'utf8').toString('hex')}.sqlite`)

const snapshotsIn = (folder: string) =>
  readdirSync(folder).flatMap((file) => {
    const [, hex] = snapshotFile.exec(file) ?? []
    return hex === undefined ? [] : [Buffer.from(hex, 'hex').toString('utf8')]
  })

/** A home that outlives the process: files in a folder that is there. */
export function openFileHome(folder: string): Home {
  const path = databaseIn(folder)
  return {
    // A sandbox of an earlier version has no image of its beginning.
    madeAt: () => statSync(existsSync(beginningIn(folder)) ? beginningIn(folder) : path).mtimeMs,
    open: () => (existsSync(path) ? openFile(path) : undefined),
    replace(image, present) {
      // What may fail comes first, while the present database still serves.
      const aside = writeAside(path, fileOf(image))
      // Whenever the process dies, no WAL must hold what SQLite would put into the new file.
      if (present === undefined) clearJournals(path)
      else present.pragma('wal_checkpoint(TRUNCATE)')
      putInPlace(aside, path, present)
      present?.close()
      clearJournals(path)
      return openFile(path)
    },
    beginning: fileSlot(beginningIn(folder)),
    snapshot: (name) => fileSlot(snapshotIn(folder, name)),
    snapshotNames: () => snapshotsIn(folder),
  }
}

const fileSlot = (path: string): Slot => ({
  read: () => (existsSync(path) ? readFileSync(path) : undefined),
  write: (image) => renameSync(writeAside(path, image), path),
  clear: () => rmSync(path, { force: true }),
})

function writeAside(path: string, image: Image): string {
  const aside = `${path}.new`
  writeFileSync(aside, image)
  return aside
}

function putInPlace(aside: string, path: string, present?: Database): void {
  // Windows puts nothing in the place of a file that is open.
  if (process.platform === 'win32') present?.close()
  renameSync(aside, path)
}

function clearJournals(path: string): void {
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

const anyOfHome = /^(sandbox|beginning|snapshot-[0-9a-f]+)\.sqlite(-wal|-shm|-journal|\.new)?$/

/** Every file that a home has made in its folder. */
export const filesOfHome = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => anyOfHome.test(file))
    .map((file) => join(folder, file))
