import SQLite, { type Database } from 'better-sqlite3'
import { migrate } from './migrations.ts'

/** A complete database as bytes: an initial image, a snapshot, or what a copied sandbox starts from. */
export type Image = Buffer

/** In bytes. Small pages suit a database of a few rows, each of whose twenty tables and indexes takes at least one page. */
export type PageSize = 2048 | 4096

const emptyImages = new Map<PageSize, Image>()

/** Opens a new, migrated, empty database in memory: a copy of an image, because migrating takes ten times as long. */
export const openMemory = (pageSize?: PageSize): Database => new SQLite(getEmptyImage(pageSize))

/** Returns the image of a new, migrated, empty database. */
export function getEmptyImage(pageSize: PageSize = 4096): Image {
  const image = emptyImages.get(pageSize) ?? buildEmptyImage(pageSize)
  emptyImages.set(pageSize, image)
  return image
}

function buildEmptyImage(pageSize: PageSize): Image {
  const db = new SQLite(':memory:')
  db.pragma(`page_size = ${pageSize}`)
  migrate(db)
  const image = serializeDatabase(db)
  db.close()
  return image
}

// The bytes of a database header that select the journal mode: 1 for rollback, 2 for WAL (sqlite.org/fileformat.html).
export const journalModeBytes = [18, 19]

/** Returns a copy of the whole database. */
export function serializeDatabase(db: Database): Image {
  const image = db.serialize()
  // A database in memory has no WAL; SQLite refuses to open an image that claims one.
  for (const at of journalModeBytes) image[at] = 1
  return image
}

/** Returns a copy of the whole database as a file for `openFile`: switching to WAL later would wait for the disk four times. */
export function serializeToFile(db: Database): Buffer {
  const file = db.serialize()
  for (const at of journalModeBytes) file[at] = 2
  return file
}

/** Opens an image as a database in memory, migrating it if it is older. */
export function openImage(image: Image): Database {
  const db = new SQLite(image)
  try {
    allocateCacheLazily(db)
    migrate(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Empties the page cache of a database, and makes SQLite allocate it as it fills. An empty cache reserves memory for 20 pages at
 * once, unless its limit is lower; a small sandbox never uses most of them, and they would be a quarter of its memory.
 */
export function allocateCacheLazily(db: Database): void {
  const cacheSize = db.pragma('cache_size', { simple: true })
  db.pragma('cache_size = 1')
  db.pragma('shrink_memory')
  // Reads one page, so that the cache is not empty when its limit is raised again.
  db.pragma('user_version')
  db.pragma(`cache_size = ${cacheSize}`)
}
