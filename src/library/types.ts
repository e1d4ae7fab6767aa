/// <reference lib="esnext.disposable" preserve="true" />
import type { AuditLogPage, AuditLogsQuery } from '../control-api/controls/audit-logs.ts'
import type { DescribedSwitch } from '../control-api/controls/behavior.ts'
import type { ClockChange, ClockState } from '../control-api/controls/clock.ts'
import type { Connection } from '../control-api/controls/connection.ts'
import type { KeyQuery, KeysQuery } from '../control-api/controls/key-query.ts'
import type {
  AdminKeyWithState,
  CreatedKey,
  KeyPage,
  KeyWithState,
  NewKey,
  ProjectKeyWithState,
} from '../control-api/controls/key-schemas.ts'
import type { ListedSandbox, NewSandbox } from '../control-api/controls/sandboxes.ts'
import type { ListedSnapshot, Snapshot } from '../control-api/controls/snapshots.ts'
import type { FaultBody, FaultMatch, ListedFault, PatchOperation } from '../faults/schemas.ts'
import type { JournalQuery } from '../journal/filter.ts'
import type { JournalEntry } from '../journal/schemas.ts'
import type { ExpectedRequest, Verification, VerificationResult } from '../journal/verification/schemas.ts'
import type { AuditEvent } from '../openai-api/audit-logs/schemas.ts'
import type { Behavior } from '../openai-api/behavior.ts'
import type { OperationId } from '../openai-api/operation-ids.ts'
import type { ResetPart } from '../sandbox/reset-parts.ts'
import type { SeedFile } from '../sandbox/seed/schema.ts'

// scripts/types.ts replaces these by the shapes of the schemas, so that lib/index.d.ts needs no other file.
export type {
  AdminKeyWithState,
  AuditEvent,
  AuditLogPage,
  AuditLogsQuery,
  Behavior,
  ClockChange,
  ClockState,
  Connection,
  CreatedKey,
  DescribedSwitch,
  ExpectedRequest,
  FaultBody,
  FaultMatch,
  JournalEntry,
  JournalQuery,
  KeyPage,
  KeyQuery,
  KeysQuery,
  KeyWithState,
  ListedFault,
  ListedSandbox,
  ListedSnapshot,
  NewKey,
  NewSandbox,
  OperationId,
  PatchOperation,
  ProjectKeyWithState,
  ResetPart,
  SeedFile,
  Snapshot,
  Verification,
  VerificationResult,
}

/** Text with a unit, such as `90s` or `30m` (`ms`, `s`, `m`, `h`, `d`), or a number of milliseconds. */
export type Duration = string | number

/** The options of a new emulator; the same as on the command line, except for the defaults of `port` and `logLevel`. */
export interface EmulatorOptions {
  /** Port to listen on, 0 to 65535. Default: 0, any free port. */
  port?: number | undefined
  /** Address to listen on. Default: `localhost`, which is 127.0.0.1 and, if the machine has it, ::1. */
  host?: string | undefined
  /** Value of the admin key in every sandbox; `null` for no admin key. Default: `sk-admin-local`. */
  adminKey?: string | null | undefined
  /** Initial state of sandboxes: names of built-in seeds (`paging`, `lifecycle`, …) and paths of YAML or JSON files. */
  seed?: string | readonly string[] | undefined
  /** Folder whose `*.yaml`, `*.yml` and `*.json` files are loaded in alphabetical order, before `seed`. */
  seedFolder?: string | undefined
  /** Reload seed files when they change, and reset the sandboxes created from the seed. Default: false. */
  watch?: boolean | undefined
  /** Folder that stores sandboxes in SQLite files. Default: in memory. */
  data?: string | undefined
  /** Maximum number of sandboxes, `default` included. Default: 1000. */
  maxSandboxes?: number | undefined
  /** Time after which an idle sandbox other than `default` is removed: text such as `30m`, or milliseconds. Default: never. */
  sandboxTtl?: Duration | undefined
  /** Responds with 404 to requests to a sandbox that does not exist, instead of creating it from the seed. Default: false. */
  noAutoCreate?: boolean | undefined
  /** DNS names by which the control API may be reached, besides local names and addresses. */
  allowHost?: string | readonly string[] | undefined
  /** Origins whose pages may call the emulated API, such as `http://localhost:3000`, or `*`. Default: none. */
  corsOrigin?: string | readonly string[] | undefined
  /** File with a certificate (PEM), to serve HTTPS; with `tlsKey`. */
  tlsCert?: string | undefined
  /** File with the private key of the certificate (PEM). */
  tlsKey?: string | undefined
  /** Number of requests that the journal of each sandbox keeps, 0 for none. Default: 1000. */
  journal?: number | undefined
  /** Bearer token that the controls require. Default: none. */
  controlToken?: string | undefined
  /** Generates the same ids, values and request ids in every run and every sandbox: an integer from 0. */
  randomSeed?: number | undefined
  /** Minimum log level on standard error. Default: `warn`. */
  logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent' | undefined
  /** Log format. Default: `pretty` if standard error is a terminal, otherwise `json`. */
  logFormat?: 'pretty' | 'json' | undefined
}

/** Where an emulator runs, and how to authenticate. */
export interface ConnectOptions {
  /** For example `http://localhost:4010`, without `/v1`. */
  url: string
  /** Value of its admin key; `null` if it has none. Default: `sk-admin-local`. */
  adminKey?: string | null | undefined
  /** The token of `--control-token`. */
  controlToken?: string | undefined
  /** File with a certificate (PEM) to trust, in addition to those that Node trusts. */
  tlsCert?: string | undefined
}

/** Selects journal entries that match every given field. */
export interface JournalFilter extends Omit<JournalQuery, 'operation'> {
  /** `null` for requests that reached no operation. */
  operation?: OperationId | null
}

type RateLimitBody = Extract<FaultBody, { kind: 'rate_limit' }>

/** A fault to add. The durations of a delay (`ms`) and a rate limit (`per`) are text such as `2s`, or milliseconds. */
export type NewFault = Exclude<FaultBody, RateLimitBody> | (Omit<RateLimitBody, 'per'> & { per: Duration })

/** Selects the journal entries to follow. */
export interface FollowFilter extends Omit<JournalFilter, 'limit'> {
  /** `true` to yield each entry twice: when its request arrives, and when it is complete. Default: `false`. */
  pending?: boolean
}

/** Limits a reset to some parts. */
export interface ResetOptions {
  only?: readonly ResetPart[]
}

/**
 * One emulated organization and its controls. Every method rejects with EmulatorError if the emulator refuses the request or
 * cannot be reached, and with TypeError for an invalid argument.
 *
 * @example
 * const sandbox = emulator.sandbox('my-test')
 * const client = new OpenAI({ baseURL: sandbox.baseURL, adminAPIKey: sandbox.adminKey })
 */
export interface Sandbox {
  readonly name: string
  /** The base URL for clients. */
  readonly baseURL: string
  /** Value of the admin key; `null` without an admin key. */
  readonly adminKey: string | null
  /**
   * Returns to the initial state, or only the named parts of it. Snapshots stay. Aborts requests in flight if keys or
   * randomness are reset.
   * @example await sandbox.reset()
   * @example await sandbox.reset({ only: ['journal', 'faults'] })
   */
  reset(options?: ResetOptions): Promise<void>
  /** Returns the base URL and the admin key as the emulator knows them. @example await sandbox.connection() */
  connection(): Promise<Connection>
  /** The keys, read and changed without a request to the emulated API: not journaled, and no fault fires. */
  readonly keys: {
    /**
     * Returns a page of admin keys and project keys, each with its `type` and its state by the sandbox's clock; deleted ones only
     * with `state: 'deleted'`.
     * @example const { data, counts } = await sandbox.keys.list({ state: 'expiring', filter: 'deploy' })
     * @example const ofProject = await sandbox.keys.list({ project_id: 'proj_web' })
     * @example const secondPage = await sandbox.keys.list({ after: firstPage.next ?? undefined })
     */
    list(query?: KeysQuery): Promise<KeyPage>
    /**
     * Also returns a deleted key. If an admin key and a project key have the id, `type` says which.
     * @example const { state } = await sandbox.keys.get('key_ci')
     * @example const { state } = await sandbox.keys.get('key_ci', { type: 'project' })
     */
    get(id: string, query?: KeyQuery): Promise<KeyWithState>
    /**
     * Creates an admin key, a key of a service account, or, with `project_id` alone, a project key of the organization's user. No
     * other method returns the value of a key.
     * @example const { value } = await sandbox.keys.create({ name: 'ci' })
     * @example const { value } = await sandbox.keys.create({ name: 'ci', service_account_id: 'sa_ci' })
     */
    create(key: NewKey): Promise<CreatedKey>
    /** @example await sandbox.keys.delete('key_ci') */
    delete(id: string, query?: KeyQuery): Promise<void>
  }
  /** The audit log, read without a request to the emulated API. */
  readonly auditLogs: {
    /**
     * Returns a page of events, newest first, that match every given field.
     * @example const { data } = await sandbox.auditLogs.list({ type: 'api_key.deleted', resource_id: 'key_ci' })
     */
    list(query?: AuditLogsQuery): Promise<AuditLogPage>
  }
  /** The whole state, as a seed. */
  readonly state: {
    /** Exports the state; of key values only their SHA-256. @example const state = await sandbox.state.get() */
    get(): Promise<SeedFile>
    /** Replaces the state by a seed. @example await sandbox.state.replace({ keys: [{ name: 'ci' }] }) */
    replace(seed: SeedFile): Promise<void>
    /**
     * Adds the projects, audit events, models and keys of a seed: everything, or nothing if it has a mistake.
     * @example await sandbox.state.add({ projects: [{ name: 'Web', service_accounts: [{ name: 'ci' }] }] })
     */
    add(seed: SeedFile): Promise<void>
  }
  /** Named copies that the sandbox can return to. */
  readonly snapshots: {
    /** Overwrites a snapshot of the same name. @example await sandbox.snapshots.take('before') */
    take(name: string): Promise<Snapshot>
    /** @example await sandbox.snapshots.restore('before') */
    restore(name: string): Promise<Snapshot>
    /** Lists snapshots by name. @example const snapshots = await sandbox.snapshots.list() */
    list(): Promise<ListedSnapshot[]>
    /** @example await sandbox.snapshots.delete('before') */
    delete(name: string): Promise<void>
  }
  /** The clock from which every timestamp, expiry and rate-limit window comes. */
  readonly clock: {
    /** @example const { unix } = await sandbox.clock.get() */
    get(): Promise<ClockState>
    /** @example await sandbox.clock.set({ now: '2026-01-01T00:00:00Z', frozen: true }) */
    set(change: ClockChange): Promise<ClockState>
    /** By text with a unit: `ms`, `s`, `m`, `h` or `d`. @example await sandbox.clock.advance('30d') */
    advance(by: string): Promise<ClockState>
    /** Returns to the system clock. @example await sandbox.clock.reset() */
    reset(): Promise<ClockState>
  }
  /** The switches for what is unknown about the real API. */
  readonly behavior: {
    /** @example const { auth } = await sandbox.behavior.get() */
    get(): Promise<Behavior>
    /** Changes the given switches and keeps the others. @example await sandbox.behavior.change({ auth: 'any' }) */
    change(changes: Partial<Behavior>): Promise<Behavior>
    /** What each switch decides, and why. @example for (const { name, title } of await sandbox.behavior.switches()) {} */
    switches(): Promise<DescribedSwitch[]>
  }
  /** Fault injection. */
  readonly faults: {
    /** @example await sandbox.faults.add({ operation: 'list', kind: 'error', status: 429, times: 2 }) */
    add(fault: NewFault): Promise<ListedFault>
    /** Oldest first; `hits` 0 means not fired yet. @example const faults = await sandbox.faults.list() */
    list(): Promise<ListedFault[]>
    /** Removes all faults. @example await sandbox.faults.clear() */
    clear(): Promise<void>
    /** Removes one fault. @example await sandbox.faults.clear(fault.id) */
    clear(id: string): Promise<void>
  }
  /** The requests to the emulated API. */
  readonly journal: {
    /** In order of arrival, with pending requests. @example const retried = await sandbox.journal.list({ status: 429 }) */
    list(filter?: JournalFilter): Promise<JournalEntry[]>
    /**
     * Checks how many requests match every given field (default: at least 1), or that requests arrived `in_order`. Rejects with
     * an Error whose message shows the expected request, how often it was found, and how the closest requests differ. Its
     * `result` has the same as data.
     * @example await sandbox.journal.verify({ operation: 'create', json: { name: 'ci' }, times: 1 })
     * @example await sandbox.journal.verify({ in_order: [{ operation: 'create' }, { operation: 'delete', status: 200 }] })
     */
    verify(verification: Verification): Promise<VerificationResult>
    /** @example await sandbox.journal.clear() */
    clear(): Promise<void>
    /**
     * Yields entries as they are completed: the response was delivered, or the connection closed. Ends when the emulator is
     * closed or stops, or the sandbox is removed; not at a reset. Rejects if the connection is lost.
     * @example for await (const { method, path } of sandbox.journal.follow()) console.log(method, path)
     * @example for await (const { status } of sandbox.journal.follow({ pending: true })) console.log(status ?? 'pending')
     */
    follow(filter?: FollowFilter): AsyncIterable<JournalEntry>
  }
}

/** A sandbox from `sandboxes.create()`, which a test can delete when it is done. */
export interface CreatedSandbox extends Sandbox {
  /** Removes the sandbox, and aborts its requests in flight. Has no effect if it no longer exists. */
  delete(): Promise<void>
  /** The same as `delete`. */
  [Symbol.asyncDispose](): Promise<void>
}

/** A running emulator, and its sandbox `default`. */
export interface Emulator extends Sandbox {
  /** For example `http://127.0.0.1:49152`, or `https://localhost:49152` with `tlsCert`. */
  readonly url: string
  /** Sandboxes share nothing: give each test its own, and tests can run in parallel. */
  readonly sandboxes: {
    /**
     * Creates a sandbox from the seed, as a copy of another sandbox, or from a snapshot. Without `name`, the name is random. An
     * existing name is rejected with status 409.
     * @example await using sandbox = await emulator.sandboxes.create()
     * @example const copy = await emulator.sandboxes.create({ name: 'copy', from: { sandbox: 'default' } })
     */
    create(sandbox?: NewSandbox): Promise<CreatedSandbox>
    /** @example const all = await emulator.sandboxes.list() */
    list(): Promise<ListedSandbox[]>
    /** Removes all but `default`. @example await emulator.sandboxes.delete() */
    delete(): Promise<void>
    /** Removes one sandbox. @example await emulator.sandboxes.delete('my-test') */
    delete(name: string): Promise<void>
  }
  /**
   * Returns the sandbox with that name, which the emulator creates from the seed on its first request, unless it was started with
   * `noAutoCreate`. Throws TypeError unless `name` is 1 to 64 of `A-Z a-z 0-9 . _ -`, starting with a letter or a digit.
   */
  sandbox(name: string): Sandbox
  /**
   * After `startEmulator`: aborts delays and hangs, completes other requests in flight, for up to 5 seconds, and frees the
   * port. Ends all `follow`.
   */
  close(): Promise<void>
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>
}
