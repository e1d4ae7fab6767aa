import type { OrganizationStore } from '../../openai-api/organization/store.ts'
import type { Randomness } from '../randomness.ts'
import type { Settings } from '../settings.ts'

/** Where a seed is inserted. */
export interface SeedTarget {
  store: OrganizationStore
  settings: Settings
  randomness: Randomness
}
