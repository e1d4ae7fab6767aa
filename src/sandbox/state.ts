import type { Database } from 'better-sqlite3'
import { digest } from '../openai-api/admin-api-keys/secret.ts'
import { createKeyService, type KeyService } from '../openai-api/admin-api-keys/service.ts'
import { createKeyStore, type KeyStore } from '../openai-api/admin-api-keys/store.ts'
import { type Clock, createClock, restoredClock } from './clock.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import { defaultOwner, initialSettings, insertAdminKey, insertSeedKeys } from './seed/insert.ts'
import type { Seed } from './seed/merge.ts'
import { readSettings, type Settings, writeSettings } from './settings.ts'
import { type Image, openImage, openMemory, serializeDatabase } from './storage/database.ts'

/** How every sandbox begins. */
export interface SandboxDefaults {
  seed: Seed
  /** The value of the key that clients are configured with, if there is one. */
  adminKey: string | undefined
  /** Makes what is drawn the same in every sandbox and every run; `undefined` for what nobody can foresee. */
  randomSeed: number | undefined
  /** How many requests a sandbox remembers. */
  journal: number
}

/** All that a reset or a restore exchanges at once. After an `await` it must be looked up again. */
export interface SandboxState {
  readonly db: Database
  readonly store: KeyStore
  readonly keys: KeyService
  readonly clock: Clock
  readonly randomness: Randomness
  settings: Settings
}

/** The state that a database holds. `randomness` is what it goes on drawing from; by default as the settings say. */
export function openState(db: Database, defaults: SandboxDefaults, randomness?: Randomness): SandboxState {
  const store = createKeyStore(db)
  const settings = readSettings(db)
  if (settings === undefined) throw new Error('the database holds no sandbox')
  const clock = createClock(() => state.settings.clock)
  const generate = randomness ?? createRandomness(defaults.randomSeed, settings.random_positions)
  const keys = createKeyService({
    store,
    now: clock.unix,
    generate,
    behavior: () => state.settings.behavior,
    defaultOwner: () => defaultOwner(state.settings.organization),
  })
  const state: SandboxState = { db, store, keys, clock, randomness: generate, settings }
  return state
}

/** Adds the admin key where it never was: what an earlier run left, or began as, may have been seeded for another. */
export function ensureAdminKey({ store, settings, randomness }: SandboxState, adminKey: string | undefined): void {
  if (adminKey === undefined || store.byDigest(digest(adminKey)) !== undefined) return
  insertAdminKey(adminKey, { store, settings, randomness })
}

/** Changes settings, for good. */
export function changeSettings(state: SandboxState, changes: Partial<Settings>): void {
  const settings = { ...state.settings, ...changes }
  writeSettings(state.db, settings)
  state.settings = settings
}

/** What a sandbox is that begins with that seed. */
export function buildInitialImage(seed: Seed, adminKey: string | undefined, randomness: Randomness): Image {
  const db = openMemory()
  try {
    const store = createKeyStore(db)
    const settings = initialSettings(seed, randomness)
    db.transaction(() => insertSeedKeys(seed, adminKey, { store, settings, randomness }))()
    writeSettings(db, { ...settings, random_positions: randomness.positions() })
    return serializeDatabase(db)
  } finally {
    db.close()
  }
}

/** A copy of a state as it is now. */
export function captureImage(state: SandboxState): Image {
  changeSettings(state, { at_ms: state.clock.now(), random_positions: state.randomness.positions() })
  return serializeDatabase(state.db)
}

/** What `use` makes of the database that an image is, which is gone afterwards. */
function withDatabase<Result>(image: Image, read: (db: Database) => Result): Result {
  const db = openImage(image)
  try {
    return read(db)
  } finally {
    db.close()
  }
}

/** The settings that an image holds. */
export function readImageSettings(image: Image): Settings {
  const settings = withDatabase(image, readSettings)
  if (settings === undefined) throw new Error('the image holds no sandbox')
  return settings
}

/** The image with other settings. */
export const replaceImageSettings = (image: Image, settings: Settings): Image =>
  withDatabase(image, (db) => {
    writeSettings(db, settings)
    return serializeDatabase(db)
  })

/** When an image was made, in Unix seconds of the sandbox's clock, and how many keys it lists. */
export const describeImage = (image: Image): { created_at: number; keys: number } =>
  withDatabase(image, (db) => ({
    created_at: Math.floor((readSettings(db)?.at_ms ?? 0) / 1000),
    keys: createKeyStore(db).count(),
  }))

/** Has the time be again what it was when the state was copied. */
export function restoreClock(state: SandboxState): void {
  const { clock, at_ms } = state.settings
  changeSettings(state, { clock: restoredClock(clock, at_ms) })
}
