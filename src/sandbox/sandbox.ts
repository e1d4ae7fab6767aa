import type { Database } from 'better-sqlite3'
import { Generation } from '../common/generation.ts'
import { FaultPlan } from '../faults/registry.ts'
import { Journal } from '../journal/journal.ts'
import type { KeyService } from '../openai-api/admin-api-keys/service.ts'
import type { CredentialRow } from '../openai-api/admin-api-keys/store.ts'
import type { Behavior } from '../openai-api/behavior.ts'
import { type ClockSetting, monotonicNow } from './clock.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import { type Resettable, resettables } from './reset-parts.ts'
import { addKeys } from './seed/insert.ts'
import { planAddition, type Seed } from './seed/merge.ts'
import type { ParsedSeed } from './seed/parse.ts'
import { readSettings, type Settings } from './settings.ts'
import {
  announceAdminKey,
  changeSettings,
  goBackInTime,
  type Origin,
  openState,
  plantImage,
  type State,
  settingsIn,
  takeImage,
  withSettings,
} from './state.ts'
import type { Image } from './storage/database.ts'
import type { Home, Slot } from './storage/storage.ts'

// What of a sandbox is kept in its database; the rest of it is beside.
const ofState = ['keys', 'clock', 'behavior', 'random'] as const satisfies readonly Resettable[]

type Operation<Result> = (keys: KeyService, caller: string | undefined) => Result

/** One emulated organization and all that belongs to it. Shares nothing with another. */
export class Sandbox {
  readonly name: string
  /** When it was last addressed, in real monotonic milliseconds. */
  lastUsed = monotonicNow()
  readonly journal: Journal
  #faults = new FaultPlan()
  /** How many requests it waits for, or they for it. */
  #awake = 0
  readonly #home: Home
  readonly #origin: Origin
  #state: State
  #generation = new Generation()

  /** Opens what is kept of it, or begins as `image`, or else as the origin says. */
  constructor(name: string, home: Home, origin: Origin, image?: Image) {
    this.name = name
    this.#home = home
    this.#origin = origin
    this.journal = new Journal(origin.journal)
    const kept = openSeeded(home)
    this.#state = openState(kept ?? this.#begin(image ?? this.#planted()), origin)
    if (kept === undefined) goBackInTime(this.#state)
    announceAdminKey(this.#state, origin.adminKey)
  }

  get state(): Readonly<State> {
    return this.#state
  }

  get faults(): FaultPlan {
    return this.#faults
  }

  /** What a request that waits must look at again before it goes on. */
  get generation(): Generation {
    return this.#generation
  }

  /** When it came into being, in Unix milliseconds of the system. */
  get madeAt(): number {
    return this.#home.madeAt()
  }

  get keys(): KeyService {
    return this.#state.keys
  }

  get settings(): State['settings'] {
    return this.#state.settings
  }

  get randomness(): Randomness {
    return this.#state.randomness
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

  setClock(clock: ClockSetting): void {
    changeSettings(this.#state, { clock })
  }

  setBehavior(changes: Partial<Behavior>): void {
    changeSettings(this.#state, { behavior: { ...this.settings.behavior, ...changes } })
  }

  /** A copy of it as it is now. */
  image(): Image {
    return takeImage(this.#state)
  }

  /** Puts it back to what it began as, or that of it which `what` names. With keys or randomness the requests in flight are cut. */
  reset(what: readonly Resettable[] = resettables): void {
    if (ofState.some((part) => what.includes(part))) this.#resetState(what)
    if (what.includes('journal')) this.journal.clear()
    if (what.includes('faults')) this.#faults = new FaultPlan()
  }

  /** Puts an image in the place of all that there is. Cuts the requests in flight. */
  restore(image: Image): void {
    this.#exchange(image)
    goBackInTime(this.#state)
  }

  /** Puts a seed in the place of all that there is; what it leaves out is as in a sandbox without one. */
  load(seed: Seed): void {
    this.#exchange(plantImage(seed, this.#origin.adminKey, this.randomness), this.randomness)
  }

  /** Adds the keys of a seed: all of them or, where it has a mistake, none. Throws SeedMistake. */
  add(sent: ParsedSeed): void {
    const { db, store, settings, randomness, clock } = this.#state
    const keys = planAddition(sent, clock.now(), store)
    db.transaction(() => addKeys(keys, { store, settings, randomness }))()
  }

  snapshot(name: string): Slot {
    return this.#home.snapshot(name)
  }

  snapshotNames(): string[] {
    return this.#home.snapshotNames()
  }

  /** It does not idle until what is returned is called. */
  stayAwake(): () => void {
    this.#awake++
    return () => {
      this.#awake--
      this.lastUsed = monotonicNow()
    }
  }

  /** Whether nobody has addressed it for that long, in real milliseconds, nor is about to. */
  hasIdled(duration: number): boolean {
    return this.#awake === 0 && monotonicNow() - this.lastUsed > duration
  }

  close(): void {
    this.#generation.end()
    this.#state.db.close()
  }

  #planted(): Image {
    const { seed, adminKey, randomSeed } = this.#origin
    return plantImage(seed, adminKey, createRandomness(randomSeed))
  }

  #resetState(what: readonly Resettable[]): void {
    const beginning = this.#home.beginning.read() ?? this.#planted()
    if (resettables.every((part) => what.includes(part))) this.#exchange(beginning)
    else if (what.includes('keys') || what.includes('random')) this.#exchange(this.#mix(beginning, what))
    else changeSettings(this.#state, this.#mixedSettings(beginning, what))
    if (what.includes('clock')) goBackInTime(this.#state)
  }

  /** The present, but for those parts of it which are to be as in the beginning. */
  #mix(beginning: Image, what: readonly Resettable[]): Image {
    const present = this.image()
    return withSettings(what.includes('keys') ? beginning : present, this.#mixedSettings(beginning, what))
  }

  #mixedSettings(beginning: Image, what: readonly Resettable[]): Settings {
    const began = settingsIn(beginning)
    const from = (part: Resettable) => (what.includes(part) ? began : this.settings)
    return {
      organization: this.settings.organization,
      behavior: from('behavior').behavior,
      clock: from('clock').clock,
      at_ms: from('clock').at_ms,
      drawn: from('random').drawn,
    }
  }

  #begin(image: Image) {
    this.#home.beginning.write(image)
    return this.#home.replace(image)
  }

  #exchange(image: Image, randomness?: Randomness): void {
    const db = this.#home.replace(image, this.#state.db)
    this.#state = openState(db, this.#origin, randomness)
    announceAdminKey(this.#state, this.#origin.adminKey)
    this.#generation.end()
    this.#generation = new Generation()
  }
}

/** What is kept, unless an earlier version died while it seeded. */
function openSeeded(home: Home): Database | undefined {
  const db = home.open()
  if (db === undefined || readSettings(db) !== undefined) return db
  db.close()
  return undefined
}
