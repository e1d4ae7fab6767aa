import type { OrganizationStore } from '../../openai-api/organization/store.ts'
import type { Randomness } from '../randomness.ts'
import type { Settings } from '../settings.ts'

/** Where a seed is inserted. */
export interface SeedTarget {
  store: OrganizationStore
  settings: Settings
  /** What relative times count from, in Unix milliseconds of the sandbox's clock. */
  now: number
  randomness: Randomness
  /** Whether nothing was stored before: generated ids and values are then free unless the seed lists them. */
  isNew: boolean
}

/** Where the objects of a seed are inserted. */
export interface ListedTarget extends SeedTarget {
  /** Whether the seed, or the admin key beside it, has a text as an id or as the digest of a value: it must not be generated for another object before. */
  isListed: (text: string) => boolean
}
