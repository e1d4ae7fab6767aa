import type { Database } from 'better-sqlite3'
import { RequestAborted } from '../common/abort.ts'
import { nextTurn } from '../common/turns.ts'
import { buildImage, buildStateAtOnce, describeInitialState, type InitialState } from './initial-state.ts'
import { buildDraft, type LargeInitialState, type NewLargeState } from './large-state.ts'
import type { Randomness } from './randomness.ts'
import { type ResetPart, resetParts, resetSettings } from './reset-parts.ts'
import { readSettings, writeSettings } from './settings.ts'
import {
  type Completion,
  captureImage,
  changeSettings,
  clockWhenCaptured,
  completeState,
  ensureAdminKey,
  openState,
  prepareState,
  readImageSettings,
  replaceImageSettings,
  type SandboxDefaults,
  type SandboxState,
} from './state.ts'
import { allocateCacheLazily, type Image, openMemory, serializeDatabase } from './storage/database.ts'
import type { Draft, SandboxStorage } from './storage/storage.ts'

interface StoredStateOptions {
  storage: SandboxStorage
  defaults: SandboxDefaults
  image?: Image | undefined
  large?: NewLargeState | undefined
  /** Called when another state has replaced the current one. */
  onReplaced: () => void
}

interface DraftReplacement extends Omit<Completion, 'defaults'> {
  /** The parts that are reset to the draft. */
  parts?: readonly ResetPart[]
  /** Whether it becomes the initial state, too. */
  isInitial?: boolean
}

const isComplete = (parts: readonly ResetPart[]) => resetParts.every((part) => parts.includes(part))

/** The state of a sandbox, and where it is stored. */
export class StoredState {
  /** Whether it was created from the seed: it is neither a copy nor left by an earlier run. */
  readonly isFromSeed: boolean
  readonly #storage: SandboxStorage
  readonly #defaults: SandboxDefaults
  readonly #onReplaced: () => void
  #state: SandboxState
  #large: LargeInitialState | undefined

  /** Opens the stored state, or creates it: from `image`, from a `large` state that was just stored, or from the defaults. */
  constructor({ storage, defaults, image, large, onReplaced }: StoredStateOptions) {
    this.#storage = storage
    this.#defaults = defaults
    this.#onReplaced = onReplaced
    this.#large = large
    const existing = large?.db ?? storage.open()
    this.isFromSeed = large !== undefined || (existing === undefined && image === undefined)
    this.#state = existing === undefined ? this.#initialize(image) : this.#openStored(existing)
  }

  get state(): SandboxState {
    return this.#state
  }

  /** Makes the current seed the initial state and resets to it. */
  restart(): void {
    this.#storage.initialImage.write(this.#buildFromSeed())
    this.#large = undefined
    this.reset(resetParts)
  }

  /** The same for a large seed. */
  async restartInTurns(): Promise<void> {
    const initial = describeInitialState(this.#defaults)
    const draft = await this.buildDraft(initial)
    const settings = readSettings(draft.db)
    await this.replaceByDraft(draft, { restoresClock: true, isInitial: true })
    this.#large = { initial, settings }
  }

  /** Builds a state in turns. Rejects with RequestAborted if the sandbox is removed meanwhile. */
  buildDraft(initial: InitialState): Promise<Draft> {
    return buildDraft(this.#storage, initial, () => !this.#state.db.open)
  }

  #buildFromSeed(): Image {
    return buildImage(describeInitialState(this.#defaults), this.#storage.pageSize)
  }

  /** Returns a function that opens a copy of the initial state; undefined if it is not large. */
  largeInitialState(): (() => Promise<Draft>) | undefined {
    const initial = this.#large?.initial
    return this.#storage.largeInitialImage() ?? (initial && (() => this.buildDraft(initial)))
  }

  reset(parts: readonly ResetPart[]): void {
    const restoresClock = parts.includes('clock')
    const replacesState = parts.includes('keys') || parts.includes('random')
    const initialImage =
      this.#large === undefined ? (this.#storage.initialImage.read() ?? this.#buildFromSeed()) : undefined
    if (initialImage !== undefined && isComplete(parts)) {
      this.replaceByImage(initialImage, { restoresClock })
      return
    }
    const currentImage = replacesState ? captureImage(this.#state) : undefined
    const initial = initialImage === undefined ? this.#large?.settings : readImageSettings(initialImage)
    const settings = resetSettings(this.#state.settings, initial ?? this.#state.settings, parts)
    if (currentImage !== undefined) {
      const image = parts.includes('keys') ? (initialImage ?? currentImage) : currentImage
      this.replaceByImage(replaceImageSettings(image, settings), { restoresClock })
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

  #initialize(image: Image | undefined): SandboxState {
    const completion = { defaults: this.#defaults, restoresClock: true }
    const prepared = image === undefined ? this.#seed(completion) : prepareState(image, completion)
    return this.#store(prepared, () => this.#storage.create(prepared.db, image ?? serializeDatabase(prepared.db)))
  }

  /** Returns the state of the seed in memory. */
  #seed(completion: Completion): SandboxState {
    const db = openMemory(this.#storage.pageSize)
    try {
      buildStateAtOnce(db, describeInitialState(this.#defaults))
      allocateCacheLazily(db)
      return completeState(db, completion)
    } catch (error) {
      db.close()
      throw error
    }
  }

  replaceByImage(image: Image, completion: { restoresClock: boolean; randomness?: Randomness }): void {
    const prepared = prepareState(image, { defaults: this.#defaults, ...completion })
    this.#state = this.#store(prepared, () => this.#storage.replace(prepared.db, this.#state.db))
    this.#onReplaced()
  }

  /** Replaces the state by a draft, of which a reset may keep only parts. */
  async replaceByDraft(draft: Draft, replacement: DraftReplacement): Promise<void> {
    const { parts = resetParts, isInitial = false, ...completion } = replacement
    try {
      if (!isComplete(parts))
        writeSettings(draft.db, resetSettings(this.#state.settings, readSettings(draft.db), parts))
      const prepared = completeState(draft.db, { defaults: this.#defaults, ...completion })
      await draft.flush()
      if (isInitial) await draft.storeInitialImage()
      await nextTurn()
      if (!this.#state.db.open) throw new RequestAborted()
      this.#state = this.#store(prepared, () => draft.replace(this.#state.db))
    } catch (error) {
      draft.discard()
      throw error
    }
    this.#onReplaced()
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
