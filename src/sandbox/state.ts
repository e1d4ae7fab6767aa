import type { Database } from 'better-sqlite3'
import { digest } from '../openai-api/keys/secret.ts'
import { createOrganizationApi, type OrganizationApi } from '../openai-api/organization/api.ts'
import { createOrganizationStore, type OrganizationStore } from '../openai-api/organization/store.ts'
import { type Clock, type ClockSetting, createClock, restoredSetting } from './clock.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import type { Addition } from './seed/addition.ts'
import { initialSettings, insertAddition, insertSeed } from './seed/insert.ts'
import { defaultOwner, insertAdminKey } from './seed/insert-keys.ts'
import type { Seed } from './seed/merge.ts'
import { countObjects } from './seed/size.ts'
import { readSettings, type Settings, writeSettings } from './settings.ts'
import { loadInBulk } from './storage/bulk-load.ts'
import { type Image, openImage, openMemory, serializeDatabase } from './storage/database.ts'

/** What every sandbox starts from. */
export interface SandboxDefaults {
  seed: Seed
  /** The value of the key that clients are configured with; undefined for none. */
  adminKey: string | undefined
  /** Makes generated values the same in every sandbox and run; undefined for cryptographic randomness. */
  randomSeed: number | undefined
  /** The number of requests that a sandbox's journal keeps. */
  journal: number
}

/** What a reset or a restore replaces as a whole. After an `await` it must be looked up again. */
export interface SandboxState {
  readonly db: Database
  readonly store: OrganizationStore
  readonly api: OrganizationApi
  readonly clock: Clock
  readonly randomness: Randomness
  settings: Settings
}

/** Returns the state in a database. `randomness` continues an existing sequence; by default the settings say where to start. */
export function openState(db: Database, defaults: SandboxDefaults, randomness?: Randomness): SandboxState {
  const store = createOrganizationStore(db)
  const settings = readSettings(db)
  if (settings === undefined) throw new Error('the database holds no sandbox')
  const clock = createClock(() => state.settings.clock)
  const generate = randomness ?? createRandomness(defaults.randomSeed, settings.random_positions)
  const api = createOrganizationApi({
    store,
    now: clock.unix,
    generate,
    behavior: () => state.settings.behavior,
    defaultOwner: () => defaultOwner(state.settings.organization),
    defaultEmail: () => state.settings.organization.user.email,
    models: () => state.settings.models,
  })
  const state: SandboxState = { db, store, api, clock, randomness: generate, settings }
  return state
}

/** Adds the admin key if it was never there: an earlier run may have stored the sandbox with another one. */
export function ensureAdminKey({ store, settings, randomness }: SandboxState, adminKey: string | undefined): void {
  if (adminKey === undefined || store.adminApiKeys.byDigest(digest(adminKey)) !== undefined) return
  insertAdminKey(adminKey, { store, settings, randomness, isNew: false })
}

/** Changes settings in the database and in memory. */
export function changeSettings(state: SandboxState, changes: Partial<Settings>): void {
  const settings = { ...state.settings, ...changes }
  writeSettings(state.db, settings)
  state.settings = settings
}

/** Inserts what is added to a sandbox: all of it, or nothing if that fails. */
export function addToState(state: SandboxState, addition: Addition): void {
  const { db, store, randomness, settings } = state
  const { models = settings.models } = addition
  db.transaction(() => {
    insertAddition(addition, { store, settings, randomness, isNew: false })
    writeSettings(db, { ...settings, models })
  })()
  state.settings = { ...settings, models }
}

// Recreating the indexes takes as long as inserting a few hundred objects.
const minObjectsInBulk = 10_000

/** Returns the image of a new sandbox with that seed. */
export function buildInitialImage(seed: Seed, adminKey: string | undefined, randomness: Randomness): Image {
  const db = openMemory()
  try {
    const store = createOrganizationStore(db)
    const settings = initialSettings(seed, randomness)
    const insert = () => insertSeed(seed, adminKey, { store, settings, randomness, isNew: true })
    if (countObjects({ keys: seed.keys, sections: seed }) < minObjectsInBulk) db.transaction(insert)()
    else loadInBulk(db, insert)
    writeSettings(db, { ...settings, random_positions: randomness.positions() })
    return serializeDatabase(db)
  } finally {
    db.close()
  }
}

/** Records time and random positions in the state, and returns a copy of it. */
export function captureImage(state: SandboxState): Image {
  changeSettings(state, { at_ms: state.clock.now(), random_positions: state.randomness.positions() })
  return serializeDatabase(state.db)
}

function withDatabase<Result>(image: Image, use: (db: Database) => Result): Result {
  const db = openImage(image)
  try {
    return use(db)
  } finally {
    db.close()
  }
}

export function readImageSettings(image: Image): Settings {
  const settings = withDatabase(image, readSettings)
  if (settings === undefined) throw new Error('the image holds no sandbox')
  return settings
}

/** Returns the image with other settings. */
export const replaceImageSettings = (image: Image, settings: Settings): Image =>
  withDatabase(image, (db) => {
    writeSettings(db, settings)
    return serializeDatabase(db)
  })

/** Returns when an image was captured, in Unix seconds of the sandbox's clock, and the number of keys that it lists. */
export const describeImage = (image: Image): { created_at: number; keys: number } =>
  withDatabase(image, (db) => ({
    created_at: Math.floor((readSettings(db)?.at_ms ?? 0) / 1000),
    keys: createOrganizationStore(db).adminApiKeys.count(),
  }))

/** What a database in place of another still needs. */
interface Completion {
  defaults: SandboxDefaults
  /** Continues the sequence of an existing state. */
  randomness?: Randomness | undefined
  /** Whether the clock goes back to when the image was captured. */
  restoresClock: boolean
}

/**
 * Opens an image as a complete state in memory. What can fail happens here, before the state replaces another; nothing is left
 * to be written afterwards.
 */
export function prepareState(image: Image, { defaults, randomness, restoresClock }: Completion): SandboxState {
  const db = openImage(image)
  try {
    const state = openState(db, defaults, randomness)
    if (restoresClock) changeSettings(state, { clock: clockWhenCaptured(state.settings) })
    ensureAdminKey(state, defaults.adminKey)
    return state
  } catch (error) {
    db.close()
    throw error
  }
}

/** Returns the clock, set back to when the settings were captured. */
export const clockWhenCaptured = ({ clock, at_ms }: Settings): ClockSetting => restoredSetting(clock, at_ms)
