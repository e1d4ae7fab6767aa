import { monotonicNow } from '../common/clock.ts'
import { Journal } from '../journal/journal.ts'
import { JournalBudget } from '../journal/journal-budget.ts'
import { isLarge } from './initial-state.ts'
import { createLargeState, type NewLargeState } from './large-state.ts'
import { defaultSandbox } from './names.ts'
import { Sandbox } from './sandbox.ts'
import type { Seed } from './seed/merge.ts'
import type { SandboxDefaults } from './state.ts'
import { type DataDirectory, openDataDirectory } from './storage/data-directory.ts'
import type { Image } from './storage/database.ts'
import { fromMemoryError } from './storage/errors.ts'
import { openMemoryStorage } from './storage/memory-storage.ts'
import type { SandboxStorage } from './storage/storage.ts'

export interface RegistryOptions {
  defaults: SandboxDefaults
  /** The largest number of sandboxes, `default` included. */
  maxSandboxes: number
  /** Real milliseconds after which an idle sandbox is removed; undefined for never. */
  sandboxTtl: number | undefined
  /** The folder that stores sandboxes; undefined for in memory. */
  dataDirectory: string | undefined
  /** The limit of all journals together; 256 MiB by default. Only tests set it. */
  maxJournalBytes?: number
  log: Log
}

/** The part of a logger that is needed here. */
export interface Log {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

const defaultMaxJournalBytes = 256 * 1024 * 1024

/** The sandboxes by name, each created on its first request. Beyond the limit, new ones are refused; none is evicted. */
export class SandboxRegistry {
  readonly defaults: SandboxDefaults
  readonly maxSandboxes: number
  readonly #data: DataDirectory | undefined
  readonly #sandboxes = new Map<string, Sandbox>()
  readonly #creations = new Map<string, Promise<Sandbox>>()
  #isClosed = false
  readonly #sweeper: NodeJS.Timeout | undefined
  readonly #journalBudget: JournalBudget
  readonly #log: Log

  /** Opens every stored sandbox, and `default`. Rejects with StorageError. */
  static async open(options: RegistryOptions): Promise<SandboxRegistry> {
    const registry = new SandboxRegistry(options)
    if (registry.find(defaultSandbox) === undefined) await registry.#createInTurns(defaultSandbox, { isStart: true })
    return registry
  }

  /** Leaves out `default` if it must be created from a large seed. */
  private constructor(options: RegistryOptions) {
    const { defaults, maxSandboxes, sandboxTtl, dataDirectory, maxJournalBytes = defaultMaxJournalBytes, log } = options
    this.defaults = defaults
    this.maxSandboxes = maxSandboxes
    this.#log = log
    this.#journalBudget = new JournalBudget(maxJournalBytes)
    this.#data = dataDirectory === undefined ? undefined : openDataDirectory(dataDirectory)
    try {
      // All are checked before the first is opened and perhaps migrated: a failed start changes nothing.
      const stored = this.#data?.check() ?? []
      this.#data?.deleteLeftovers()
      const opensDefault = stored.includes(defaultSandbox) || !this.hasLargeSeed
      for (const name of new Set([...(opensDefault ? [defaultSandbox] : []), ...stored])) this.#open(name)
    } catch (error) {
      this.close()
      throw error
    }
    if (sandboxTtl !== undefined) this.#sweeper = this.#sweepEvery(sandboxTtl)
  }

  /** All sandboxes, `default` first. */
  get all(): Sandbox[] {
    return [...this.#sandboxes.values()]
  }

  find(name: string): Sandbox | undefined {
    return this.#sandboxes.get(name)
  }

  /** Whether new sandboxes are created in turns. */
  get hasLargeSeed(): boolean {
    return isLarge(this.defaults.seed)
  }

  /** Settles once a sandbox that is being created in turns exists. Undefined for none. */
  creationOf(name: string): Promise<Sandbox> | undefined {
    return this.#creations.get(name)
  }

  /** Resolves once the sandboxes that are being created in turns exist or have failed. */
  whenCreated = (): Promise<unknown> => Promise.allSettled(this.#creations.values())

  /** Marks a sandbox as used and returns it. Throws StorageError if its files were removed. */
  use(sandbox: Sandbox): Sandbox {
    sandbox.assertStored()
    sandbox.lastUsed = monotonicNow()
    return sandbox
  }

  /** Removes a sandbox and its files permanently. Throws StorageError if a file remains: then it can be tried again. */
  remove(name: string): void {
    const sandbox = this.#sandboxes.get(name)
    // Does not wait for the disk, because the files are removed next.
    sandbox?.close({ isObsolete: true })
    sandbox?.journal.clear()
    this.#data?.remove(name)
    this.#sandboxes.delete(name)
    this.#notifyAll()
  }

  /**
   * Makes a seed the starting point of new sandboxes, and resets the sandboxes that this process created from the seed. Returns
   * their names. A sandbox whose files cannot be written stays unchanged.
   */
  async replaceSeed(seed: Seed): Promise<string[]> {
    this.defaults.seed = seed
    // Those that are being created have the former seed.
    await this.whenCreated()
    const names: string[] = []
    for (const sandbox of this.all) if (sandbox.isFromSeed && (await this.#restart(sandbox))) names.push(sandbox.name)
    return names
  }

  async #restart(sandbox: Sandbox): Promise<boolean> {
    try {
      await sandbox.restartFromSeed()
      return true
    } catch (error) {
      if (this.find(sandbox.name) !== sandbox) return false
      this.#log.error({ err: error, sandbox: sandbox.name }, 'cannot reset a sandbox to the reloaded seed')
      return false
    }
  }

  /** Returns the StorageError for an error that came from the database of a sandbox; other errors unchanged. */
  explain(name: string, error: unknown): unknown {
    return this.#data?.fromDatabaseError(name, error) ?? fromMemoryError(error, name)
  }

  /** Closes every database and releases the data folder. */
  close(): void {
    this.#isClosed = true
    clearInterval(this.#sweeper)
    for (const sandbox of this.#sandboxes.values()) sandbox.close()
    this.#sandboxes.clear()
    this.#data?.close()
  }

  /**
   * Creates a sandbox from `image`, or from the defaults; returns undefined if that would exceed the limit. Throws StorageError if
   * it cannot be created.
   */
  create(name: string, image?: Image): Sandbox | undefined {
    if (this.#isFull) return undefined
    const sandbox = this.#open(name, image)
    this.#log.info({ sandbox: name }, `sandbox created ${image === undefined ? 'from the seed' : 'as a copy'}`)
    return sandbox
  }

  /** Creates a sandbox from a large seed, in turns; otherwise like `create`. */
  createInTurns(name: string): Promise<Sandbox> | undefined {
    if (this.#isFull) return undefined
    const creation = this.#createInTurns(name, { isStart: false }).finally(() => this.#creations.delete(name))
    this.#creations.set(name, creation)
    return creation
  }

  get #isFull(): boolean {
    return this.#sandboxes.size + this.#creations.size >= this.maxSandboxes
  }

  #open(name: string, image?: Image): Sandbox {
    const { existed, storage } = this.#openStorage(name)
    try {
      return this.#add(name, storage, { image })
    } catch (error) {
      if (!existed) this.#removeIncomplete(name)
      throw this.explain(name, error)
    }
  }

  async #createInTurns(name: string, { isStart }: { isStart: boolean }): Promise<Sandbox> {
    const { storage } = this.#openStorage(name)
    try {
      const creation = { storage, defaults: this.defaults, isStart, isObsolete: () => this.#isClosed }
      const sandbox = this.#add(name, storage, { large: await createLargeState(creation) })
      if (!isStart) this.#log.info({ sandbox: name }, 'sandbox created from the seed')
      return sandbox
    } catch (error) {
      this.#removeIncomplete(name)
      throw this.explain(name, error)
    }
  }

  #openStorage(name: string): { existed: boolean; storage: SandboxStorage } {
    const existed = this.#data?.holds(name) ?? false
    // What a storage that cannot be opened contains must stay. In memory, there may be a thousand besides the default sandbox.
    const storage = this.#data?.openStorage(name) ?? openMemoryStorage({ isCompact: name !== defaultSandbox })
    return { existed, storage }
  }

  #add(name: string, storage: SandboxStorage, origin: { image?: Image | undefined; large?: NewLargeState }): Sandbox {
    const journal = new Journal(this.defaults.journal, this.#journalBudget)
    const sandbox = new Sandbox(name, { storage, journal, defaults: this.defaults, ...origin })
    this.#sandboxes.set(name, sandbox)
    this.#notifyAll()
    return sandbox
  }

  #notifyAll(): void {
    for (const { changes } of this.#sandboxes.values()) changes.notify('sandboxes')
  }

  // Its files would be a sandbox at the next start.
  #removeIncomplete(name: string): void {
    try {
      this.#data?.remove(name)
    } catch (error) {
      this.#log.error({ err: error, sandbox: name }, 'cannot remove the files of a sandbox that could not be created')
    }
  }

  #sweepEvery(ttl: number): NodeJS.Timeout {
    // A sandbox outlives its TTL by at most a quarter, or 60 s.
    const interval = Math.min(Math.max(ttl / 4, 20), 60_000)
    return setInterval(() => {
      for (const sandbox of this.#sandboxes.values()) {
        if (sandbox.name !== defaultSandbox && sandbox.isIdleFor(ttl)) this.#removeIdle(sandbox)
      }
    }, interval).unref()
  }

  #removeIdle(sandbox: Sandbox): void {
    const { name } = sandbox
    // If it fails, it is tried again after another idle time.
    sandbox.lastUsed = monotonicNow()
    try {
      this.remove(name)
      this.#log.info({ sandbox: name }, 'idle sandbox removed')
    } catch (error) {
      this.#log.error({ err: error, sandbox: name }, 'cannot remove the files of an idle sandbox')
    }
  }
}
