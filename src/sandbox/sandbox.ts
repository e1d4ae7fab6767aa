import type { Database } from 'better-sqlite3'
import { digest } from '../admin-api-keys/secret.ts'
import { createKeyService, type KeyService } from '../admin-api-keys/service.ts'
import { type CredentialRow, createKeyStore, type KeyStore } from '../admin-api-keys/store.ts'
import { createClock, monotonicNow } from './clock.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import type { Seed } from './seed/merge.ts'
import { beginSettings, defaultOwner, plantAdminKey, plantKeys } from './seed/plant.ts'
import { readSettings, type Settings, writeSettings } from './settings.ts'

/** How every sandbox begins. `adminKey` is the value of the key that clients are configured with, if there is one. */
export interface Origin {
  seed: Seed
  adminKey: string | undefined
}

type Operation<Result> = (keys: KeyService, caller: string | undefined) => Result

/** All that a reset or a restore exchanges at once. After an `await` it must be looked up again. */
interface State {
  db: Database
  settings: Settings
  keys: KeyService
}

/** One emulated organization and all that belongs to it. Shares nothing with another. */
export class Sandbox {
  readonly name: string
  readonly randomness: Randomness
  /** When it was last addressed, in real monotonic milliseconds. */
  lastUsed = monotonicNow()
  /** How many requests are still sending their bodies. */
  arriving = 0
  /** Set when it has been removed: a request that is still on its way must not write. */
  isClosed = false
  #state: State

  /** Opens what `db` holds, seeding it first if it is new. */
  constructor(name: string, db: Database, origin: Origin) {
    this.name = name
    this.randomness = createRandomness()
    this.#state = openState(db, origin, this.randomness)
  }

  get keys(): KeyService {
    return this.#state.keys
  }

  get settings(): Settings {
    return this.#state.settings
  }

  /** Notes that a key has authenticated a request, unless requests leave nothing behind. */
  markUsed(key: CredentialRow): void {
    if (this.settings.behavior.state !== 'discarded') this.keys.markUsed(key)
  }

  /** Runs an operation for a caller; `state: discarded` takes back all that it wrote, and that the caller was here. */
  run<Result>(caller: CredentialRow | undefined, operation: Operation<Result>): Result {
    if (this.settings.behavior.state !== 'discarded') return operation(this.keys, caller?.id)
    const { db, keys } = this.#state
    db.exec('BEGIN')
    try {
      if (caller !== undefined) keys.markUsed(caller)
      return operation(keys, caller?.id)
    } finally {
      db.exec('ROLLBACK')
    }
  }

  /** Whether nobody has addressed it for that long, in real milliseconds, nor is about to. */
  hasIdled(duration: number): boolean {
    return this.arriving === 0 && monotonicNow() - this.lastUsed > duration
  }

  close(): void {
    this.isClosed = true
    this.#state.db.close()
  }
}

function openState(db: Database, origin: Origin, randomness: Randomness): State {
  const store = createKeyStore(db)
  const settings = readSettings(db) ?? plant(db, origin, store, randomness)
  const clock = createClock(settings.clock)
  // A database of an earlier run may have been seeded for another admin key than the one that we announce.
  if (origin.adminKey !== undefined && store.byDigest(digest(origin.adminKey)) === undefined) {
    plantAdminKey(origin.adminKey, { store, settings, randomness })
  }
  const keys = createKeyService({
    store,
    now: clock.unix,
    draw: randomness,
    behavior: () => settings.behavior,
    defaultOwner: () => defaultOwner(settings.organization),
  })
  return { db, settings, keys }
}

/** Seeds a new database, whole or not at all: the settings are its mark of being done. */
function plant(db: Database, { seed, adminKey }: Origin, store: KeyStore, randomness: Randomness) {
  return db.transaction(() => {
    const settings = beginSettings(seed, randomness)
    plantKeys(seed, adminKey, { store, settings, randomness })
    writeSettings(db, settings)
    return settings
  })()
}
