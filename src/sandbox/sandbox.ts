import type { Database } from 'better-sqlite3'
import { monotonicNow } from '../common/clock.ts'
import { Generation } from '../common/generation.ts'
import { FaultRegistry } from '../faults/registry.ts'
import { Journal } from '../journal/journal.ts'
import type { KeyService } from '../openai-api/admin-api-keys/service.ts'
import type { CredentialRow } from '../openai-api/admin-api-keys/store.ts'
import type { Behavior } from '../openai-api/behavior.ts'
import type { ClockSetting } from './clock.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import { type ResetPart, resetParts } from './reset-parts.ts'
import { insertKeys } from './seed/insert.ts'
import { resolveAddedKeys, type Seed } from './seed/merge.ts'
import type { ParsedSeed } from './seed/parse.ts'
import { readSettings, type Settings } from './settings.ts'
import {
  buildInitialImage,
  captureImage,
  changeSettings,
  ensureAdminKey,
  openState,
  readImageSettings,
  replaceImageSettings,
  restoreClock,
  type SandboxDefaults,
  type SandboxState,
} from './state.ts'
import type { Image } from './storage/database.ts'
import type { ImageSlot, SandboxStorage } from './storage/storage.ts'

// What of a sandbox is kept in its database; the rest of it is beside.
const stateParts = ['keys', 'clock', 'behavior', 'random'] as const satisfies readonly ResetPart[]

type Operation<Result> = (keys: KeyService, caller: string | undefined) => Result

/** One emulated organization and all that belongs to it. Shares nothing with another. */
export class Sandbox {
  readonly name: string
  /** When it was last addressed, in real monotonic milliseconds. */
  lastUsed = monotonicNow()
  readonly journal: Journal
  #faults = new FaultRegistry()
  /** How many requests it waits for, or they for it. */
  #activeRequests = 0
  readonly #storage: SandboxStorage
  readonly #defaults: SandboxDefaults
  #state: SandboxState
  #generation = new Generation()

  /** Opens what is kept of it, or begins as `image`, or else as the origin says. */
  constructor(name: string, storage: SandboxStorage, defaults: SandboxDefaults, image?: Image) {
    this.name = name
    this.#storage = storage
    this.#defaults = defaults
    this.journal = new Journal(defaults.journal)
    const existing = openSeeded(storage)
    this.#state = openState(existing ?? this.#initialize(image ?? this.#buildFromSeed()), defaults)
    if (existing === undefined) restoreClock(this.#state)
    ensureAdminKey(this.#state, defaults.adminKey)
  }

  get state(): Readonly<SandboxState> {
    return this.#state
  }

  get faults(): FaultRegistry {
    return this.#faults
  }

  /** What a request that waits must look at again before it goes on. */
  get generation(): Generation {
    return this.#generation
  }

  /** When it came into being, in Unix milliseconds of the system. */
  get createdAt(): number {
    return this.#storage.createdAt()
  }

  get keys(): KeyService {
    return this.#state.keys
  }

  get settings(): SandboxState['settings'] {
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
    return captureImage(this.#state)
  }

  /** Puts it back to what it began as, or that of it which `what` names. With keys or randomness the requests in flight are cut. */
  reset(parts: readonly ResetPart[] = resetParts): void {
    if (stateParts.some((part) => parts.includes(part))) this.#resetState(parts)
    if (parts.includes('journal')) this.journal.clear()
    if (parts.includes('faults')) this.#faults = new FaultRegistry()
  }

  /** Puts an image in the place of all that there is. Cuts the requests in flight. */
  restore(image: Image): void {
    this.#replaceDatabase(image)
    restoreClock(this.#state)
  }

  /** Puts a seed in the place of all that there is; what it leaves out is as in a sandbox without one. */
  load(seed: Seed): void {
    this.#replaceDatabase(buildInitialImage(seed, this.#defaults.adminKey, this.randomness), this.randomness)
  }

  /** Adds the keys of a seed: all of them or, where it has a mistake, none. Throws SeedMistake. */
  add(seed: ParsedSeed): void {
    const { db, store, settings, randomness, clock } = this.#state
    const keys = resolveAddedKeys(seed, clock.now(), store)
    db.transaction(() => insertKeys(keys, { store, settings, randomness }))()
  }

  snapshot(name: string): ImageSlot {
    return this.#storage.snapshot(name)
  }

  snapshotNames(): string[] {
    return this.#storage.snapshotNames()
  }

  /** It does not idle until what is returned is called. */
  acquire(): () => void {
    this.#activeRequests++
    return () => {
      this.#activeRequests--
      this.lastUsed = monotonicNow()
    }
  }

  /** Whether nobody has addressed it for that long, in real milliseconds, nor is about to. */
  isIdleFor(duration: number): boolean {
    return this.#activeRequests === 0 && monotonicNow() - this.lastUsed > duration
  }

  close(): void {
    this.#generation.end()
    this.#state.db.close()
  }

  #buildFromSeed(): Image {
    const { seed, adminKey, randomSeed } = this.#defaults
    return buildInitialImage(seed, adminKey, createRandomness(randomSeed))
  }

  #resetState(parts: readonly ResetPart[]): void {
    const initialImage = this.#storage.initialImage.read() ?? this.#buildFromSeed()
    if (resetParts.every((part) => parts.includes(part))) this.#replaceDatabase(initialImage)
    else if (parts.includes('keys') || parts.includes('random'))
      this.#replaceDatabase(this.#partiallyResetImage(initialImage, parts))
    else changeSettings(this.#state, this.#partiallyResetSettings(initialImage, parts))
    if (parts.includes('clock')) restoreClock(this.#state)
  }

  /** The present, but for those parts of it which are to be as in the beginning. */
  #partiallyResetImage(initialImage: Image, parts: readonly ResetPart[]): Image {
    const present = this.image()
    return replaceImageSettings(
      parts.includes('keys') ? initialImage : present,
      this.#partiallyResetSettings(initialImage, parts),
    )
  }

  #partiallyResetSettings(initialImage: Image, parts: readonly ResetPart[]): Settings {
    const initial = readImageSettings(initialImage)
    const from = (part: ResetPart) => (parts.includes(part) ? initial : this.settings)
    return {
      organization: this.settings.organization,
      behavior: from('behavior').behavior,
      clock: from('clock').clock,
      at_ms: from('clock').at_ms,
      drawn: from('random').drawn,
    }
  }

  #initialize(image: Image) {
    this.#storage.initialImage.write(image)
    return this.#storage.replace(image)
  }

  #replaceDatabase(image: Image, randomness?: Randomness): void {
    const db = this.#storage.replace(image, this.#state.db)
    this.#state = openState(db, this.#defaults, randomness)
    ensureAdminKey(this.#state, this.#defaults.adminKey)
    this.#generation.end()
    this.#generation = new Generation()
  }
}

/** What is kept, unless an earlier version died while it seeded. */
function openSeeded(storage: SandboxStorage): Database | undefined {
  const db = storage.open()
  if (db === undefined || readSettings(db) !== undefined) return db
  db.close()
  return undefined
}
