import { createAbortController, RequestAborted } from '../common/abort.ts'
import { monotonicNow } from '../common/clock.ts'
import { nextTurn, runAtOnce, runInTurns } from '../common/turns.ts'
import { FaultRegistry } from '../faults/registry.ts'
import type { Journal } from '../journal/journal.ts'
import type { Behavior } from '../openai-api/behavior.ts'
import type { Caller } from '../openai-api/keys/caller.ts'
import type { OrganizationApi } from '../openai-api/organization/api.ts'
import { createChanges } from './changes.ts'
import type { ClockSetting } from './clock.ts'
import { buildImage, describeReplacement, isLarge } from './initial-state.ts'
import type { NewLargeState } from './large-state.ts'
import { type ResetPart, resetParts } from './reset-parts.ts'
import { resolveAddition } from './seed/addition.ts'
import type { Seed } from './seed/merge.ts'
import type { Mistakes } from './seed/mistakes.ts'
import type { SeedSource } from './seed/source.ts'
import { addToState, captureImage, changeSettings, type SandboxDefaults, type SandboxState } from './state.ts'
import type { Image } from './storage/database.ts'
import { StorageError } from './storage/errors.ts'
import type { ImageSlot, SandboxStorage } from './storage/storage.ts'
import { StoredState } from './stored-state.ts'

// The parts that are stored in the database, unlike journal and faults.
const stateParts = ['keys', 'clock', 'behavior', 'random'] as const satisfies readonly ResetPart[]

type Operation<Result> = (api: OrganizationApi) => Result

/** What a sandbox consists of. */
interface SandboxParts {
  storage: SandboxStorage
  journal: Journal
  defaults: SandboxDefaults
  image?: Image | undefined
  large?: NewLargeState | undefined
}

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
  readonly #stored: StoredState
  #change: Promise<void> | undefined
  #abortController = createAbortController()

  /** Opens the stored sandbox, or creates it: from `image`, from a `large` state that was just stored, or from the defaults. */
  constructor(name: string, { storage, journal, defaults, image, large }: SandboxParts) {
    this.name = name
    this.#storage = storage
    this.#defaults = defaults
    this.journal = journal
    this.#stored = new StoredState({ storage, defaults, image, large, onReplaced: () => this.#abortRequests() })
    this.isFromSeed = this.#stored.isFromSeed
    this.createdAt = storage.createdAt()
  }

  get state(): Readonly<SandboxState> {
    return this.#stored.state
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
    return this.state.api
  }

  get settings(): SandboxState['settings'] {
    return this.state.settings
  }

  /** Records that a key has authenticated a request, unless requests leave no trace (`state: discarded`). */
  markUsed(key: Caller): void {
    if (this.settings.behavior.state === 'discarded') return
    if (this.api.credentials.markUsed(key)) this.changes.notify('keys')
  }

  /** Runs an operation for a caller. Under `state: discarded`, everything it wrote is rolled back. */
  run<Result>(caller: Caller | undefined, operation: Operation<Result>): Result {
    if (this.settings.behavior.state !== 'discarded') return operation(this.api)
    const { db, api } = this.state
    db.exec('BEGIN')
    try {
      if (caller !== undefined) api.credentials.markUsed(caller)
      return operation(api)
    } finally {
      db.exec('ROLLBACK')
    }
  }

  setClock(clock: ClockSetting): void {
    changeSettings(this.state, { clock })
    this.changes.notify('clock')
  }

  setBehavior(changes: Partial<Behavior>): void {
    changeSettings(this.state, { behavior: { ...this.settings.behavior, ...changes } })
    this.changes.notify('behavior')
  }

  /** False once it was closed, also if the removal of its files failed then. */
  get isOpen(): boolean {
    return this.state.db.open
  }

  /** Throws StorageError if what is written to the sandbox would be lost. */
  assertStored(): void {
    this.#storage.assertPresent()
    if (this.isOpen) return
    throw new StorageError(`--data: sandbox '${this.name}' is closed: its files could not be removed or replaced`)
  }

  /** Returns a copy of the current state. */
  captureImage(): Image {
    return captureImage(this.state)
  }

  /** Settles once a change that takes several turns is done: requests that arrive meanwhile must wait. Undefined for none. */
  get change(): Promise<void> | undefined {
    return this.#change
  }

  /**
   * Returns to the initial state, or only the named parts of it, in turns if it is large. Resetting keys or randomness aborts
   * requests in flight.
   */
  reset(parts: readonly ResetPart[] = resetParts): Promise<void> | undefined {
    const openInitialState = parts.includes('keys') ? this.#stored.largeInitialState() : undefined
    if (openInitialState !== undefined) {
      return this.#changeInTurns(async () => {
        const draft = await openInitialState()
        const randomness = parts.includes('random') ? undefined : this.state.randomness
        await this.#stored.replaceByDraft(draft, { parts, restoresClock: parts.includes('clock'), randomness })
        this.#finishReset(parts)
      })
    }
    if (stateParts.some((part) => parts.includes(part))) this.#stored.reset(parts)
    this.#finishReset(parts)
    return undefined
  }

  /** Makes the current seed the initial state and resets to it, in turns if it is large. Aborts requests in flight. */
  async restartFromSeed(): Promise<void> {
    // Another change that waited may begin first.
    while (this.#change !== undefined) await this.#change
    if (!this.isOpen) throw new RequestAborted()
    if (!isLarge(this.#defaults.seed)) {
      this.#stored.restart()
      this.#finishReset(resetParts)
      return
    }
    await this.#changeInTurns(async () => {
      await this.#stored.restartInTurns()
      this.#finishReset(resetParts)
    })
  }

  /** Replaces the state by an image. Aborts requests in flight. */
  restore(image: Image): void {
    this.#stored.replaceByImage(image, { restoresClock: true })
    this.changes.notify('reset')
  }

  /** Replaces the state by a seed, in turns if it is large; omitted sections get their defaults. Aborts requests in flight. */
  load(seed: Seed): Promise<void> | undefined {
    const { randomness } = this.state
    const replacement = describeReplacement(seed, this.#defaults.adminKey, randomness)
    const completion = { restoresClock: false, randomness }
    if (isLarge(seed)) {
      return this.#changeInTurns(async () => {
        await this.#stored.replaceByDraft(await this.#stored.buildDraft(replacement), completion)
        this.changes.notify('reset')
      })
    }
    this.#stored.replaceByImage(buildImage(replacement, this.#storage.pageSize), completion)
    this.changes.notify('reset')
    return undefined
  }

  /** Adds what a seed has, in turns if it is large: all of it, or nothing if it has a mistake. Throws SeedError. */
  add(seed: SeedSource, mistakes: Mistakes): Promise<void> | undefined {
    const addition = resolveAddition(seed, mistakes, this.state, this.state.clock.now())
    const notify = () => {
      this.changes.notify('keys')
      if (addition.projects.length > 0) this.changes.notify('projects')
      if (addition.audit_logs.length > 0) this.changes.notify('audit_logs')
    }
    if (isLarge(addition)) {
      return this.#changeInTurns(async () => {
        await runInTurns(this.state.store.adminApiKeys.findLastInsertionOrder())
        await runInTurns(addToState(this.state, addition))
        notify()
      })
    }
    runAtOnce(addToState(this.state, addition))
    notify()
    return undefined
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
    const { db } = this.state
    // An addition in turns may be in progress.
    if (db.open && db.inTransaction) db.exec('ROLLBACK')
    if (isObsolete && db.open) db.pragma('synchronous = OFF')
    db.close()
  }

  /** Runs a change after those that have begun. Rejects with RequestAborted if the sandbox is removed meanwhile. */
  async #changeInTurns(run: () => Promise<void>): Promise<void> {
    while (this.#change !== undefined) await this.#change
    const release = this.acquire()
    const change = run()
    this.#change = change.catch(() => {}).then(nextTurn)
    try {
      await change
      // Freeing the memory of the replaced state takes long enough for one turn.
      await nextTurn()
    } catch (error) {
      throw this.isOpen ? error : new RequestAborted()
    } finally {
      this.#change = undefined
      release()
    }
  }

  #finishReset(parts: readonly ResetPart[]): void {
    if (parts.includes('journal')) this.journal.clear()
    if (parts.includes('faults')) this.#faults = new FaultRegistry()
    this.changes.notify('reset')
  }

  #abortRequests(): void {
    this.journal.removePending()
    const obsolete = this.#abortController
    this.#abortController = createAbortController()
    obsolete.abort()
  }
}
