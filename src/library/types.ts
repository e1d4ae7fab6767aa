/// <reference lib="esnext.disposable" preserve="true" />

import type { Fault as FaultBody } from '../faults/fields.ts'
import type { ArmedFault } from '../faults/schemas.ts'
import type { JournalEntry } from '../journal/schemas.ts'
import type { OperationId } from '../openai-api/admin-api-keys/operation-ids.ts'
import type { Behavior } from '../openai-api/behavior.ts'
import type { ResetPart } from '../sandbox/reset-parts.ts'
import type { SeedFile } from '../sandbox/seed/schema.ts'

export type { ArmedFault, Behavior, FaultBody, JournalEntry, OperationId, ResetPart, SeedFile }

/** How an emulator starts. What is left out is as on the command line, but for `port` and `logLevel`. */
export interface EmulatorOptions {
  /** Port to listen on, 0 to 65535. Unless given: 0, any free one. */
  port?: number | undefined
  /** Address to listen on. Unless given: `127.0.0.1`. */
  host?: string | undefined
  /** Value of the admin key that every sandbox begins with, `null` for no such key. Unless given: `sk-admin-local`. */
  adminKey?: string | null | undefined
  /** How sandboxes begin: names of built-in seeds (`paging`, `lifecycle`, …) and paths of YAML or JSON files. */
  seed?: string | readonly string[] | undefined
  /** Folder whose `*.yaml`, `*.yml` and `*.json` are loaded, in order of name, before `seed`. */
  seedFolder?: string | undefined
  /** Folder to keep sandboxes in, as SQLite files. Unless given they are in memory. */
  data?: string | undefined
  /** How many sandboxes there may be, `default` included. Unless given: 1000. */
  maxSandboxes?: number | undefined
  /** Milliseconds after which an idle sandbox is removed, `default` never. Unless given: none is. */
  sandboxTtl?: number | undefined
  /** DNS names under which the controls, documents and pages may be asked for, besides local ones and addresses. */
  allowHost?: string | readonly string[] | undefined
  /** How many requests each sandbox remembers, 0 for none. Unless given: 1000. */
  journal?: number | undefined
  /** Bearer token that the controls want. Unless given they want none. */
  controlToken?: string | undefined
  /** Makes ids, values and request ids the same in every run and every sandbox: an integer from 0. */
  randomSeed?: number | undefined
  /** Least level of what is logged to standard error. Unless given: `warn`. */
  logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | undefined
}

/** Where an emulator runs, and by what it was started. */
export interface ConnectOptions {
  /** Such as `http://localhost:4010`, without `/v1`. */
  url: string
  /** Value of its admin key, `null` for none. Unless given: `sk-admin-local`. */
  adminKey?: string | null | undefined
  /** The token of `--control-token`. */
  controlToken?: string | undefined
}

/** A clock as it is now. */
export interface ClockState {
  /** ISO 8601 with milliseconds. */
  now: string
  /** Whole Unix seconds, as on the wire. */
  unix: number
  frozen: boolean
}

/** How a clock is to be. Only one of `now` and `advance`. */
export interface ClockChange {
  /** Unix seconds, or ISO 8601. */
  now?: number | string
  /** Seconds, or a text such as `30d`, `-1h`, `250ms`. */
  advance?: number | string
  /** Whether it stands from now on. */
  frozen?: boolean
}

/** Which requests of the journal are wanted; all that is given must fit. */
export interface RequestFilter {
  /** `null` for those that reached none. */
  operation?: OperationId | null
  /** A number, or a class such as `4xx`. */
  status?: number | string
  method?: string
  /** Exact, without `/sandbox/NAME`. */
  path?: string
  key_id?: string
  calling_key_id?: string
  fault_id?: string
  delivered?: boolean
  /** The id of a request: only those after it. */
  since?: string
  /** At most so many: the first after `since`, the newest without it. */
  limit?: number
}

/** A named copy of a sandbox. */
export interface Snapshot {
  name: string
  /** Unix seconds by the clock of the sandbox. */
  created_at: number
  /** How many keys it lists. */
  keys: number
}

/**
 * One emulated organization, and what a test does to it. Every method rejects with EmulatorError when the emulator refuses,
 * or cannot be asked, and with TypeError for an argument that is none.
 *
 * @example
 * const sandbox = emulator.sandbox('my-test')
 * const client = new OpenAI({ baseURL: sandbox.baseURL, adminAPIKey: emulator.adminKey })
 */
export interface Sandbox {
  readonly name: string
  /** What a client's base URL is set to. */
  readonly baseURL: string
  /**
   * Puts it back to what it began as, or those parts of it that are named. Snapshots stay; requests in flight are cut, unless
   * neither keys nor randomness are reset.
   * @example await sandbox.reset()
   * @example await sandbox.reset(['journal', 'faults'])
   */
  reset(what?: readonly ResetPart[]): Promise<void>
  /** All that it is, as a seed. */
  readonly state: {
    /** What it is now; values of keys are not in it, only their SHA-256. @example const state = await sandbox.state.get() */
    get(): Promise<SeedFile>
    /** Puts a seed in the place of all that there is. @example await sandbox.state.replace({ keys: [{ name: 'ci' }] }) */
    replace(seed: SeedFile): Promise<void>
    /** Adds the keys of a seed that has nothing else. @example await sandbox.state.add({ keys: [{ name: 'more' }] }) */
    add(seed: SeedFile): Promise<void>
  }
  /** Named copies, to which it may go back. */
  readonly snapshots: {
    /** One of that name is overwritten. @example await sandbox.snapshots.take('before') */
    take(name: string): Promise<Snapshot>
    /** @example await sandbox.snapshots.restore('before') */
    restore(name: string): Promise<Snapshot>
    /** By name. @example const snapshots = await sandbox.snapshots.list() */
    list(): Promise<Snapshot[]>
    /** @example await sandbox.snapshots.delete('before') */
    delete(name: string): Promise<void>
  }
  /** Every timestamp, expiry and rate-limit window comes from it. */
  readonly clock: {
    /** @example const { unix } = await sandbox.clock.get() */
    get(): Promise<ClockState>
    /** @example await sandbox.clock.set({ now: '2026-01-01T00:00:00Z', frozen: true }) */
    set(change: ClockChange): Promise<ClockState>
    /** By seconds, or a text such as `30d`, `-1h`. @example await sandbox.clock.advance('30d') */
    advance(by: number | string): Promise<ClockState>
    /** Back to the time of the system. @example await sandbox.clock.reset() */
    reset(): Promise<ClockState>
  }
  /** The switches for what is not known of the real service. */
  readonly behavior: {
    /** @example const { auth } = await sandbox.behavior.get() */
    get(): Promise<Behavior>
    /** Those that are named; the others stay. @example await sandbox.behavior.change({ auth: 'any' }) */
    change(changes: Partial<Behavior>): Promise<Behavior>
  }
  /** Programmed failures. */
  readonly faults: {
    /** Arms one. @example await sandbox.faults.add({ operation: 'admin-api-keys-list', kind: 'error', status: 429, times: 2 }) */
    add(fault: FaultBody): Promise<ArmedFault>
    /** First armed first; those with `hits` 0 have not fired. @example const faults = await sandbox.faults.list() */
    list(): Promise<ArmedFault[]>
    /** Disarms all. @example await sandbox.faults.clear() */
    clear(): Promise<void>
    /** Disarms that one. @example await sandbox.faults.clear(fault.id) */
    clear(id: string): Promise<void>
  }
  /** What clients asked of it, oldest first. @example const retried = await sandbox.requests({ status: 429 }) */
  requests(filter?: RequestFilter): Promise<JournalEntry[]>
  /** Forgets what was asked. @example await sandbox.clearRequests() */
  clearRequests(): Promise<void>
}

/** A sandbox as it is listed. */
export interface ListedSandbox {
  name: string
  base_url: string
  /** How many keys it lists. */
  keys: number
  /** Unix seconds by the clock of the system, as is `last_used_at`. */
  created_at: number
  last_used_at: number
}

/** What a new sandbox is called and begins as. */
export interface NewSandbox {
  /** Unless given a random one. */
  name?: string
  /** A copy of that sandbox, or of its snapshot. Unless given it begins from the seed. */
  from?: { sandbox: string; snapshot?: string }
}

/** An emulator that runs. Itself it stands for its sandbox `default`. */
export interface Emulator extends Sandbox {
  /** Where it is: `http://127.0.0.1:49152`. */
  readonly url: string
  /** Value of the admin key; `null` where there is none. */
  readonly adminKey: string | null
  /**
   * A sandbox of its own for one test. It comes into being, from the seed, when it is first addressed.
   * Throws TypeError when `name` is not 1 to 64 of `A-Z a-z 0-9 . _ -`, the first a letter or a digit.
   */
  sandbox(name: string): Sandbox
  readonly sandboxes: {
    /** @example const all = await emulator.sandboxes.list() */
    list(): Promise<ListedSandbox[]>
    /** @example const copy = await emulator.sandboxes.create({ from: { sandbox: 'default' } }) */
    create(sandbox?: NewSandbox): Promise<Sandbox>
    /** Removes all but `default`. @example await emulator.sandboxes.delete() */
    delete(): Promise<void>
    /** Removes that one. @example await emulator.sandboxes.delete('my-test') */
    delete(name: string): Promise<void>
  }
  /** Of `startEmulator`: lets requests in flight complete, for up to 5 seconds, and frees the port. Of `connect`: nothing. */
  close(): Promise<void>
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>
}
