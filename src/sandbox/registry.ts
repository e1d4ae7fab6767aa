import { monotonicNow } from '../common/clock.ts'
import { Journal } from '../journal/journal.ts'
import { JournalBudget } from '../journal/journal-budget.ts'
import { defaultSandbox } from './names.ts'
import { Sandbox } from './sandbox.ts'
import type { Seed } from './seed/merge.ts'
import type { SandboxDefaults } from './state.ts'
import { type DataDirectory, openDataDirectory } from './storage/data-directory.ts'
import type { Image } from './storage/database.ts'
import { fromMemoryError } from './storage/errors.ts'
import { openMemoryStorage } from './storage/memory-storage.ts'

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
  readonly #sweeper: NodeJS.Timeout | undefined
  readonly #journalBudget: JournalBudget
  readonly #log: Log

  /** Opens every stored sandbox, and `default`. Throws StorageError. */
  constructor(options: RegistryOptions) {
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
      for (const name of new Set([defaultSandbox, ...stored])) this.#open(name)
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
  replaceSeed(seed: Seed): string[] {
    this.defaults.seed = seed
    return this.all.filter((sandbox) => sandbox.isFromSeed && this.#restart(sandbox)).map(({ name }) => name)
  }

  #restart(sandbox: Sandbox): boolean {
    try {
      sandbox.restartFromSeed()
      return true
    } catch (error) {
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
    if (this.#sandboxes.size >= this.maxSandboxes) return undefined
    const sandbox = this.#open(name, image)
    this.#log.info({ sandbox: name }, `sandbox created ${image === undefined ? 'from the seed' : 'as a copy'}`)
    return sandbox
  }

  #open(name: string, image?: Image): Sandbox {
    const existed = this.#data?.holds(name) ?? false
    // Not below: what a storage that cannot be opened contains must stay.
    const storage = this.#data?.openStorage(name) ?? openMemoryStorage()
    try {
      const journal = new Journal(this.defaults.journal, this.#journalBudget)
      const sandbox = new Sandbox(name, storage, journal, this.defaults, image)
      this.#sandboxes.set(name, sandbox)
      this.#notifyAll()
      return sandbox
    } catch (error) {
      if (!existed) this.#removeIncomplete(name)
      throw this.explain(name, error)
    }
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
