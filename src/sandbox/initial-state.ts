import { randomBytes } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { systemNow } from '../common/clock.ts'
import { runAtOnce } from '../common/turns.ts'
import { createOrganizationStore } from '../openai-api/organization/store.ts'
import { createRandomness, createRepeatableRandomness, type Randomness } from './randomness.ts'
import { initialSettings, insertSeed } from './seed/insert.ts'
import type { Seed } from './seed/merge.ts'
import { countObjects } from './seed/size.ts'
import { writeSettings } from './settings.ts'
import type { SandboxDefaults } from './state.ts'
import { loadInBulk } from './storage/bulk-load.ts'
import { type Image, openMemory, type PageSize, serializeDatabase } from './storage/database.ts'
import { inTransaction } from './storage/in-transaction.ts'

/** What the initial state of a sandbox is built from. */
export interface InitialState {
  seed: Seed
  adminKey: string | undefined
  /** Unix milliseconds of the system clock. */
  startedAt: number
  /** Returns randomness that generates the same each time, unless it continues another state. */
  createRandomness: () => Randomness
}

/** Returns what a sandbox starts from now. Whenever it is built, it has the same keys, ids and times. */
export function describeInitialState({ seed, adminKey, randomSeed }: SandboxDefaults): InitialState {
  const secret = randomBytes(32)
  return {
    seed,
    adminKey,
    startedAt: systemNow(),
    createRandomness: () =>
      randomSeed === undefined ? createRepeatableRandomness(secret) : createRandomness(randomSeed),
  }
}

/** Returns what replaces a state and continues its randomness. */
export const describeReplacement = (
  seed: Seed,
  adminKey: string | undefined,
  randomness: Randomness,
): InitialState => ({ seed, adminKey, startedAt: systemNow(), createRandomness: () => randomness })

type Objects = Pick<Seed, 'keys' | 'projects' | 'audit_logs'>

const count = (seed: Objects) => countObjects({ keys: seed.keys, sections: seed })

// Recreating the indexes takes as long as inserting a few hundred objects.
const minObjectsInBulk = 10_000

/** Returns whether the indexes are created afterwards: in memory not for ids with {n}, because sorting them would take memory. */
function isWorthRecreatingIndexes({ keys, ...rest }: Objects, { memory }: Database): boolean {
  const sorted = memory ? keys.filter(({ id, generate }) => id === undefined || generate === undefined) : keys
  return count({ ...rest, keys: sorted }) >= minObjectsInBulk
}

/** Returns whether a seed is too large to insert its objects, or to copy them, in one turn of the event loop. */
export const isLarge = (seed: Objects): boolean => count(seed) >= 25_000

/** Builds a state in an empty database, in steps. */
export const buildState = (db: Database, initial: InitialState): Generator<void> =>
  inTransaction(db, insertInitialState(db, initial))

/** Builds a state in an empty database at once, large ones faster than in steps. */
export function buildStateAtOnce(db: Database, initial: InitialState): void {
  if (isWorthRecreatingIndexes(initial.seed, db)) loadInBulk(db, () => runAtOnce(insertInitialState(db, initial)))
  else runAtOnce(buildState(db, initial))
}

function* insertInitialState(db: Database, initial: InitialState): Generator<void> {
  const { seed, adminKey, startedAt } = initial
  const randomness = initial.createRandomness()
  const settings = initialSettings(seed, randomness, startedAt)
  const store = createOrganizationStore(db)
  yield* insertSeed(seed, adminKey, { store, settings, randomness, now: settings.at_ms, isNew: true })
  writeSettings(db, { ...settings, random_positions: randomness.positions() })
}

/** Returns the image of a state. */
export function buildImage(initial: InitialState, pageSize: PageSize): Image {
  const db = openMemory(pageSize)
  try {
    buildStateAtOnce(db, initial)
    return serializeDatabase(db)
  } finally {
    db.close()
  }
}
