import type { Database } from 'better-sqlite3'
import { digest } from '../openai-api/keys/secret.ts'
import { createOrganizationApi, type OrganizationApi } from '../openai-api/organization/api.ts'
import { createOrganizationStore, type OrganizationStore } from '../openai-api/organization/store.ts'
import { type Clock, type ClockSetting, createClock, restoredSetting, timeOf } from './clock.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import type { Addition } from './seed/addition.ts'
import { insertAddition } from './seed/insert.ts'
import { defaultOwner, insertAdminKey } from './seed/insert-keys.ts'
import type { Seed } from './seed/merge.ts'
import { readSettings, readSettingsRow, type Settings, writeSettings } from './settings.ts'
import { type Image, openImage, serializeDatabase } from './storage/database.ts'
import { inTransaction } from './storage/in-transaction.ts'

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
  insertAdminKey(adminKey, { store, settings, randomness, now: timeOf(settings.clock), isNew: false })
}

/** Changes settings in the database and in memory. */
export function changeSettings(state: SandboxState, changes: Partial<Settings>): void {
  const settings = { ...state.settings, ...changes }
  writeSettings(state.db, settings)
  state.settings = settings
}

/** Inserts what is added to a sandbox, in steps: all of it, or nothing if that fails. */
export function* addToState(state: SandboxState, addition: Addition): Generator<void> {
  const { db, store, randomness, settings, clock } = state
  const { models = settings.models } = addition
  const target = { store, settings, randomness, now: clock.now(), isNew: false }
  function* insert(): Generator<void> {
    yield* insertAddition(addition, target)
    writeSettings(db, { ...settings, models })
  }
  yield* inTransaction(db, insert())
  state.settings = { ...settings, models }
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

export const readImageSettings = (image: Image): Settings => withDatabase(image, readSettings)

/** Returns the image with other settings. */
export const replaceImageSettings = (image: Image, settings: Settings): Image =>
  withDatabase(image, (db) => {
    writeSettings(db, settings)
    return serializeDatabase(db)
  })

/** Returns when an image was captured, in Unix seconds of the sandbox's clock, and the number of keys that it lists. */
export const describeImage = (image: Image): { created_at: number; keys: number } =>
  withDatabase(image, (db) => ({
    created_at: Math.floor((readSettingsRow(db)?.at_ms ?? 0) / 1000),
    keys: createOrganizationStore(db).adminApiKeys.count(),
  }))

/** What a database in place of another still needs. */
export interface Completion {
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
export function prepareState(image: Image, completion: Completion): SandboxState {
  const db = openImage(image)
  try {
    return completeState(db, completion)
  } catch (error) {
    db.close()
    throw error
  }
}

/** Returns the complete state in a database. */
export function completeState(db: Database, { defaults, randomness, restoresClock }: Completion): SandboxState {
  const state = openState(db, defaults, randomness)
  if (restoresClock) restoreClock(state)
  ensureAdminKey(state, defaults.adminKey)
  return state
}

/** Sets the clock back to when the settings were captured. */
function restoreClock(state: SandboxState): void {
  const clock = clockWhenCaptured(state.settings)
  if (clock !== state.settings.clock) changeSettings(state, { clock })
}

/** Returns the clock, set back to when the settings were captured. */
export const clockWhenCaptured = ({ clock, at_ms }: Settings): ClockSetting => restoredSetting(clock, at_ms)
