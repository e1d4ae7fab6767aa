import { monotonicNow } from '../common/clock.ts'
import { defaultSandbox } from '../server/request/target.ts'
import { Sandbox } from './sandbox.ts'
import type { SandboxDefaults } from './state.ts'
import { type DataDirectory, openDataDirectory } from './storage/data-directory.ts'
import type { Image } from './storage/database.ts'
import { openMemoryStorage } from './storage/storage.ts'

export interface RegistryOptions {
  defaults: SandboxDefaults
  /** How many sandboxes there may be, `default` included. */
  maxSandboxes: number
  /** Removes a sandbox that was idle for so many real milliseconds; `undefined` for never. */
  sandboxTtl: number | undefined
  /** Where sandboxes are kept; `undefined` for in memory. */
  dataDirectory: string | undefined
  log: Log
}

/** What of a logger is needed here. */
interface Log {
  info(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** The sandboxes by name. Each comes into being when it is first asked for; none is dropped silently. */
export class Registry {
  readonly defaults: SandboxDefaults
  readonly maxSandboxes: number
  readonly #data: DataDirectory | undefined
  readonly #sandboxes = new Map<string, Sandbox>()
  readonly #sweeper: NodeJS.Timeout | undefined
  readonly #log: Log

  /** Opens every sandbox that is kept, and `default`. Throws UserError as `openDataDirectory` does. */
  constructor({ defaults, maxSandboxes, sandboxTtl, dataDirectory, log }: RegistryOptions) {
    this.defaults = defaults
    this.maxSandboxes = maxSandboxes
    this.#log = log
    this.#data = dataDirectory === undefined ? undefined : openDataDirectory(dataDirectory)
    try {
      // All are looked at before one is opened, and migrated perhaps: a start that is refused leaves everything as it was.
      const existing = this.#data?.check() ?? []
      for (const name of new Set([defaultSandbox, ...existing])) this.#open(name)
    } catch (error) {
      this.close()
      throw error
    }
    if (sandboxTtl !== undefined) this.#sweeper = this.#sweepEvery(sandboxTtl)
  }

  /** All of them, `default` first. */
  get all(): Sandbox[] {
    return [...this.#sandboxes.values()]
  }

  /** The sandbox of that name, if there is one. */
  find(name: string): Sandbox | undefined {
    return this.#sandboxes.get(name)
  }

  /** The sandbox of that name, made if it is not there; `undefined` when it would be one too many. */
  getOrCreate(name: string): Sandbox | undefined {
    const sandbox = this.#sandboxes.get(name) ?? this.create(name)
    if (sandbox !== undefined) sandbox.lastUsed = monotonicNow()
    return sandbox
  }

  /** Removes a sandbox for good, its file too. */
  remove(name: string): void {
    this.#sandboxes.get(name)?.close()
    this.#sandboxes.delete(name)
    this.#data?.remove(name)
  }

  /** Closes every database and lets go of the folder. */
  close(): void {
    clearInterval(this.#sweeper)
    for (const sandbox of this.#sandboxes.values()) sandbox.close()
    this.#sandboxes.clear()
    this.#data?.close()
  }

  /** Makes a sandbox that begins as `image`, or as all do; `undefined` when it would be one too many. */
  create(name: string, image?: Image): Sandbox | undefined {
    return this.#sandboxes.size < this.maxSandboxes ? this.#open(name, image) : undefined
  }

  #open(name: string, image?: Image): Sandbox {
    try {
      const sandbox = new Sandbox(name, this.#data?.openStorage(name) ?? openMemoryStorage(), this.defaults, image)
      this.#sandboxes.set(name, sandbox)
      return sandbox
    } catch (error) {
      throw this.#data?.toUserError(name, error) ?? error
    }
  }

  #sweepEvery(ttl: number): NodeJS.Timeout {
    // Often enough that nothing outlives its time by much; seldom enough to cost nothing.
    const interval = Math.min(Math.max(ttl / 4, 20), 60_000)
    return setInterval(() => {
      for (const sandbox of this.#sandboxes.values()) {
        if (sandbox.name !== defaultSandbox && sandbox.isIdleFor(ttl)) this.#removeIdle(sandbox.name)
      }
    }, interval).unref()
  }

  #removeIdle(name: string): void {
    try {
      this.remove(name)
      this.#log.info({ sandbox: name }, 'sandbox removed: it was idle')
    } catch (error) {
      this.#log.error({ err: error, sandbox: name }, 'the file of an idle sandbox could not be removed')
    }
  }
}
