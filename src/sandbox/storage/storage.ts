import type { Database } from 'better-sqlite3'
import type { Image, PageSize } from './database.ts'

/** Where a sandbox is stored: its database, its initial image, and its snapshots. */
export interface SandboxStorage {
  /** Of the databases that are seeded for it. */
  readonly pageSize: PageSize
  /** Opens the database that an earlier run left; returns undefined for a new sandbox. Throws StorageError. */
  open(): Database | undefined
  /**
   * Stores a new sandbox: its initial image, and a complete database in memory. Returns the database to use from now on. If it
   * throws, or the process dies meanwhile, no sandbox is stored.
   */
  create(prepared: Database, initialImage: Image): Database
  /**
   * Makes a complete database, in memory, the stored one, and closes `current`. Returns the database to use from now on. If it
   * throws before the stored file is replaced, `current` stays open and unchanged; `current` is closed if only the opening of
   * the new file fails.
   */
  replace(prepared: Database, current: Database): Database
  /** Returns a new, empty database in which a large state is built before it is stored. Throws StorageError. */
  openDraft(): Draft
  /**
   * Returns a function that copies the initial image, if it is too large to be read and written at once. That throws StorageError
   * or DamagedImage.
   */
  largeInitialImage(): (() => Promise<Draft>) | undefined
  /** Throws StorageError if the database was removed while it is in use: what is written to it would be lost. */
  assertPresent(): void
  /** Returns when the sandbox was created, in Unix milliseconds of the system clock. */
  createdAt: () => number
  /** The state that a reset returns to. */
  initialImage: ImageSlot
  snapshot(name: string): ImageSlot
  snapshotNames(): string[]
}

/** A database that becomes a stored one without being copied. Call `flush`, then one of the others. */
export interface Draft {
  readonly db: Database
  /** Waits until all of the database is on the disk; without a disk, does nothing. Nothing can be written to `db` afterwards. */
  flush(): Promise<void>
  /** Makes a copy the initial image, if images are on the disk. */
  storeInitialImage(): Promise<void>
  /** Makes it the database of a new sandbox. Returns the database to use from now on. */
  create(): Database
  /** Makes it the stored database, like `replace` of a storage. */
  replace(current: Database): Database
  discard(): void
}

/** Storage for one image. */
export interface ImageSlot {
  exists(): boolean
  /** Returns the image, or undefined if the slot is empty. Throws DamagedImage. */
  read(): Image | undefined
  /** Replaces the image completely or, if it throws, not at all. */
  write(image: Image): void
  clear(): void
}
