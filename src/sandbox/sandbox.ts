import type { Database } from 'better-sqlite3'
import { createAbortController } from '../common/abort.ts'
import { monotonicNow } from '../common/clock.ts'
import { FaultRegistry } from '../faults/registry.ts'
import type { Journal } from '../journal/journal.ts'
import type { Behavior } from '../openai-api/behavior.ts'
import type { Caller } from '../openai-api/keys/caller.ts'
import type { OrganizationApi } from '../openai-api/organization/api.ts'
import { createChanges } from './changes.ts'
import type { ClockSetting } from './clock.ts'
import { createRandomness, type Randomness } from './randomness.ts'
import { type ResetPart, resetParts, resetSettings } from './reset-parts.ts'
import { resolveAddition } from './seed/addition.ts'
import type { Seed } from './seed/merge.ts'
import type { Mistakes } from './seed/mistakes.ts'
import type { SeedSource } from './seed/source.ts'
import {
  addToState,
  buildInitialImage,
  captureImage,
  changeSettings,
  clockWhenCaptured,
  ensureAdminKey,
  openState,
  prepareState,
  readImageSettings,
  replaceImageSettings,
  type SandboxDefaults,
  type SandboxState,
} from './state.ts'
import type { Image } from './storage/database.ts'
import { StorageError } from './storage/errors.ts'
import type { ImageSlot, SandboxStorage } from './storage/storage.ts'

// The parts that are stored in the database, unlike journal and faults.
const stateParts = ['keys', 'clock', 'behavior', 'random'] as const satisfies readonly ResetPart[]

type Operation<Result> = (api: OrganizationApi) => Result

/** One emulated organization and everything that belongs to it. Sandboxes share nothing. */
export class Sandbox {
  readonly name: string
  /** Real monotonic milliseconds of the last request. */
  lastUsed = monotonicNow()
  readonly journal: Journal
  readonly changes = createChanges()
  /** Unix milliseconds of the system clock. */
  readonly createdAt: number
  /** Whether this process created it from the seed: it is neither a copy nor stored by an earlier run. */
  readonly isFromSeed: boolean
  #faults = new FaultRegistry()
  #activeRequests = 0
  readonly #storage: SandboxStorage
  readonly #defaults: SandboxDefaults
  #state: SandboxState
  #abortController = createAbortController()

  /** Opens the stored sandbox, or creates it from `image`, or from the defaults without one. */
  constructor(name: string, storage: SandboxStorage, journal: Journal, defaults: SandboxDefaults, image?: Image) {
    this.name = name
    this.#storage = storage
    this.#defaults = defaults
    this.journal = journal
    const existing = storage.open()
    this.isFromSeed = existing === undefined && image === undefined
    this.#state = existing === undefined ? this.#initialize(image ?? this.#buildFromSeed()) : this.#openStored(existing)
    this.createdAt = storage.createdAt()
  }

  get state(): Readonly<SandboxState> {
    return this.#state
  }

  get faults(): FaultRegistry {
    return this.#faults
  }

  /**
   * Aborts when a reset, restore, load or removal makes requests obsolete. Read it when the request enters: a replaced
   * database gets a new signal.
   */
  get abortSignal(): AbortSignal {
    return this.#abortController.signal
  }

  get api(): OrganizationApi {
    return this.#state.api
  }

  get settings(): SandboxState['settings'] {
    return this.#state.settings
  }

  /** Records that a key has authenticated a request, unless requests leave no trace (`state: discarded`). */
  markUsed(key: Caller): void {
    if (this.settings.behavior.state === 'discarded') return
    if (this.api.credentials.markUsed(key)) this.changes.notify('keys')
  }

  /** Runs an operation for a caller. Under `state: discarded`, everything it wrote is rolled back. */
  run<Result>(caller: Caller | undefined, operation: Operation<Result>): Result {
    if (this.settings.behavior.state !== 'discarded') return operation(this.api)
    const { db, api } = this.#state
    db.exec('BEGIN')
    try {
      if (caller !== undefined) api.credentials.markUsed(caller)
      return operation(api)
    } finally {
      db.exec('ROLLBACK')
    }
  }

  setClock(clock: ClockSetting): void {
    changeSettings(this.#state, { clock })
    this.changes.notify('clock')
  }

  setBehavior(changes: Partial<Behavior>): void {
    changeSettings(this.#state, { behavior: { ...this.settings.behavior, ...changes } })
    this.changes.notify('behavior')
  }

  /** False once it was closed, also if the removal of its files failed then. */
  get isOpen(): boolean {
    return this.#state.db.open
  }

  /** Throws StorageError if what is written to the sandbox would be lost. */
  assertStored(): void {
    this.#storage.assertPresent()
    if (this.isOpen) return
    throw new StorageError(`--data: sandbox '${this.name}' is closed: its files could not be removed or replaced`)
  }

  /** Returns a copy of the current state. */
  captureImage(): Image {
    return captureImage(this.#state)
  }

  /** Returns to the initial state, or only the named parts of it. Resetting keys or randomness aborts requests in flight. */
  reset(parts: readonly ResetPart[] = resetParts): void {
    if (stateParts.some((part) => parts.includes(part))) this.#resetState(parts)
    if (parts.includes('journal')) this.journal.clear()
    if (parts.includes('faults')) this.#faults = new FaultRegistry()
    this.changes.notify('reset')
  }

  /** Makes the current seed the initial state and resets to it. Aborts requests in flight. */
  restartFromSeed(): void {
    this.#storage.initialImage.write(this.#buildFromSeed())
    this.reset()
  }

  /** Replaces the state by an image. Aborts requests in flight. */
  restore(image: Image): void {
    this.#replaceState(image, { restoresClock: true })
    this.changes.notify('reset')
  }

  /** Replaces the state by a seed; omitted sections get their defaults. Aborts requests in flight. */
  load(seed: Seed): void {
    const { randomness } = this.#state
    const image = buildInitialImage(seed, this.#defaults.adminKey, randomness)
    this.#replaceState(image, { restoresClock: false, randomness })
    this.changes.notify('reset')
  }

  /** Adds what a seed has: all of it, or nothing if it has a mistake. Throws SeedError. */
  add(seed: SeedSource, mistakes: Mistakes): void {
    const addition = resolveAddition(seed, mistakes, this.#state, this.#state.clock.now())
    addToState(this.#state, addition)
    this.changes.notify('keys')
    if (addition.projects.length > 0) this.changes.notify('projects')
    if (addition.audit_logs.length > 0) this.changes.notify('audit_logs')
  }

  snapshot(name: string): ImageSlot {
    return this.#storage.snapshot(name)
  }

  snapshotNames(): string[] {
    return this.#storage.snapshotNames()
  }

  /** Keeps the sandbox from expiring until the returned function is called. */
  acquire(): () => void {
    this.#activeRequests++
    return () => {
      this.#activeRequests--
      this.lastUsed = monotonicNow()
    }
  }

  /** Returns whether the sandbox has no request in progress and had none for `duration` real milliseconds. */
  isIdleFor(duration: number): boolean {
    return this.#activeRequests === 0 && monotonicNow() - this.lastUsed > duration
  }

  close({ isObsolete = false } = {}): void {
    this.#abortController.abort()
    if (isObsolete && this.isOpen) this.#state.db.pragma('synchronous = OFF')
    this.#state.db.close()
  }

  #buildFromSeed(): Image {
    const { seed, adminKey, randomSeed } = this.#defaults
    return buildInitialImage(seed, adminKey, createRandomness(randomSeed))
  }

  #resetState(parts: readonly ResetPart[]): void {
    const initialImage = this.#storage.initialImage.read() ?? this.#buildFromSeed()
    const restoresClock = parts.includes('clock')
    if (resetParts.every((part) => parts.includes(part))) {
      this.#replaceState(initialImage, { restoresClock })
      return
    }
    const replacesState = parts.includes('keys') || parts.includes('random')
    const currentImage = replacesState ? this.captureImage() : undefined
    const settings = resetSettings(this.settings, readImageSettings(initialImage), parts)
    if (currentImage !== undefined) {
      const image = replaceImageSettings(parts.includes('keys') ? initialImage : currentImage, settings)
      this.#replaceState(image, { restoresClock })
    } else {
      changeSettings(this.#state, restoresClock ? { ...settings, clock: clockWhenCaptured(settings) } : settings)
    }
  }

  #openStored(db: Database): SandboxState {
    try {
      const state = openState(db, this.#defaults)
      ensureAdminKey(state, this.#defaults.adminKey)
      return state
    } catch (error) {
      db.close()
      throw error
    }
  }

  #initialize(image: Image): SandboxState {
    const prepared = prepareState(image, { defaults: this.#defaults, restoresClock: true })
    return this.#store(prepared, () => this.#storage.create(prepared.db, image))
  }

  #replaceState(image: Image, completion: { restoresClock: boolean; randomness?: Randomness }): void {
    const prepared = prepareState(image, { defaults: this.#defaults, ...completion })
    this.#state = this.#store(prepared, () => this.#storage.replace(prepared.db, this.#state.db))
    this.journal.removePending()
    const obsolete = this.#abortController
    this.#abortController = createAbortController()
    obsolete.abort()
  }

  /** Makes a prepared state the stored one. */
  #store(prepared: SandboxState, store: () => Database): SandboxState {
    try {
      const db = store()
      return db === prepared.db ? prepared : openState(db, this.#defaults, prepared.randomness)
    } catch (error) {
      prepared.db.close()
      throw error
    }
  }
}
