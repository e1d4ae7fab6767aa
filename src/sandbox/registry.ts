import { defaultSandbox } from './address.ts'
import { monotonicNow } from './clock.ts'
import { type DataDirectory, openDataDirectory } from './data-directory.ts'
import { openMemory } from './database.ts'
import { type Origin, Sandbox } from './sandbox.ts'

export interface RegistryOptions {
  origin: Origin
  /** How many sandboxes there may be, `default` included. */
  maxSandboxes: number
  /** Removes a sandbox that was idle for so many real milliseconds; `undefined` for never. */
  sandboxTtl: number | undefined
  /** Told of each sandbox that was removed for idling. */
  onIdle: (name: string) => void
  /** Where sandboxes are kept; `undefined` for in memory. */
  dataDirectory: string | undefined
}

/** The sandboxes by name. Each comes into being when it is first asked for; none is dropped silently. */
export class Registry {
  readonly origin: Origin
  readonly maxSandboxes: number
  readonly #data: DataDirectory | undefined
  readonly #sandboxes = new Map<string, Sandbox>()
  readonly #sweeper: NodeJS.Timeout | undefined

  /** Opens every sandbox that is kept, and `default`. Throws UserError as `openDataDirectory` does. */
  constructor({ origin, maxSandboxes, sandboxTtl, onIdle, dataDirectory }: RegistryOptions) {
    this.origin = origin
    this.maxSandboxes = maxSandboxes
    this.#data = dataDirectory === undefined ? undefined : openDataDirectory(dataDirectory)
    try {
      for (const name of new Set([defaultSandbox, ...(this.#data?.names() ?? [])])) this.#make(name)
    } catch (error) {
      this.close()
      throw error
    }
    if (sandboxTtl !== undefined) this.#sweeper = this.#sweepEvery(sandboxTtl, onIdle)
  }

  /** The sandbox of that name, if there is one. */
  find(name: string): Sandbox | undefined {
    return this.#sandboxes.get(name)
  }

  /** The sandbox of that name, made if it is not there; `undefined` when it would be one too many. */
  obtain(name: string): Sandbox | undefined {
    const sandbox = this.#sandboxes.get(name) ?? this.#makeIfAllowed(name)
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

  #makeIfAllowed(name: string): Sandbox | undefined {
    return this.#sandboxes.size < this.maxSandboxes ? this.#make(name) : undefined
  }

  #make(name: string): Sandbox {
    const db = this.#data?.open(name) ?? openMemory()
    try {
      const sandbox = new Sandbox(name, db, this.origin)
      this.#sandboxes.set(name, sandbox)
      return sandbox
    } catch (error) {
      db.close()
      throw this.#data?.explain(name, error) ?? error
    }
  }

  #sweepEvery(ttl: number, onIdle: (name: string) => void): NodeJS.Timeout {
    // Often enough that nothing outlives its time by much; seldom enough to cost nothing.
    const interval = Math.min(Math.max(ttl / 4, 20), 60_000)
    return setInterval(() => this.#removeIdle(ttl).forEach(onIdle), interval).unref()
  }

  #removeIdle(ttl: number): string[] {
    const now = monotonicNow()
    const idle = [...this.#sandboxes.values()].filter(
      (each) => each.name !== defaultSandbox && now - each.lastUsed > ttl,
    )
    for (const { name } of idle) this.remove(name)
    return idle.map(({ name }) => name)
  }
}
