import type { Database } from 'better-sqlite3'
import type { Image } from './database.ts'

/** Where a sandbox is stored: its database, its initial image, and its snapshots. */
export interface SandboxStorage {
  /** Opens the database that an earlier run left; undefined if there is none. Throws UserError as `openFile` does. */
  open(): Database | undefined
  /**
   * Replaces the database by an image and closes `current`. If it throws before the stored file is replaced, `current` stays
   * open and unchanged; `current` is closed if only the opening of the new file fails.
   */
  replace(image: Image, current?: Database): Database
  /** Returns when the sandbox was created, in Unix milliseconds of the system clock. */
  createdAt: () => number
  /** The state that a reset returns to. */
  initialImage: ImageSlot
  snapshot(name: string): ImageSlot
  snapshotNames(): string[]
}

/** Storage for one image. */
export interface ImageSlot {
  read(): Image | undefined
  write(image: Image): void
  clear(): void
}
