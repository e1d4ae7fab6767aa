/// <reference lib="esnext.disposable" preserve="true" />
import { isSandboxName, sandboxNameRule } from '../sandbox/address.ts'
import { serve } from '../serve.ts'
import { baseUrl } from '../where.ts'
import { readOptions } from './options.ts'

/** How an emulator starts. What is left out is as on the command line, but for `port` and `logLevel`. */
export interface EmulatorOptions {
  /** Port to listen on, 0 to 65535. Unless given: 0, any free one. */
  port?: number
  /** Address to listen on. Unless given: `127.0.0.1`. */
  host?: string
  /** Value of the admin key that every sandbox begins with, `null` for no such key. Unless given: `sk-admin-local`. */
  adminKey?: string | null
  /** How sandboxes begin: names of built-in seeds (`paging`, `lifecycle`, …) and paths of YAML or JSON files. */
  seed?: string | readonly string[]
  /** Folder whose `*.yaml`, `*.yml` and `*.json` are loaded, in order of name, before `seed`. */
  seedFolder?: string
  /** Folder to keep sandboxes in, as SQLite files. Unless given they are in memory. */
  data?: string
  /** How many sandboxes there may be, `default` included. Unless given: 1000. */
  maxSandboxes?: number
  /** Milliseconds after which an idle sandbox is removed, `default` never. Unless given: none is. */
  sandboxTtl?: number
  /** DNS names under which the documents and pages may be asked for, besides local ones and addresses. */
  allowHost?: string | readonly string[]
  /** How many requests each sandbox remembers, 0 for none. Unless given: 1000. */
  journal?: number
  /** Bearer token that the controls under `/_emulator` want. Unless given they want none. */
  controlToken?: string
  /** Makes ids, values and request ids the same in every run and every sandbox: an integer from 0. */
  randomSeed?: number
  /** Least level of what is logged to standard error. Unless given: `warn`. */
  logLevel?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
}

/** One emulated organization of an emulator. */
export interface Sandbox {
  readonly name: string
  /** What a client's base URL is set to. */
  readonly baseURL: string
}

/** An emulator that runs. */
export interface Emulator {
  /** Where it listens, with the port that it got: `http://127.0.0.1:49152`. */
  readonly url: string
  /** What a client's base URL is set to, for the sandbox `default`. */
  readonly baseURL: string
  /** Value of the admin key; `null` where there is none. */
  readonly adminKey: string | null
  /**
   * A sandbox of its own for one test. It comes into being, from the seed, when a request first addresses it.
   * Throws when `name` is not 1 to 64 of `A-Z a-z 0-9 . _ -`, the first a letter or a digit.
   */
  sandbox(name: string): Sandbox
  /** Lets requests in flight complete, for up to 5 seconds, and frees the port. */
  close(): Promise<void>
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts an emulator in this process. Resolves when it listens. Two of them share nothing.
 * Rejects with what is wrong with an option or a seed, and with the error of the socket when the port is taken.
 *
 * @example
 * await using emulator = await startEmulator({ seed: 'paging' })
 * const client = new OpenAI({ baseURL: emulator.baseURL, adminAPIKey: emulator.adminKey })
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { app, url, adminKey } = await serve(readOptions(options))
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= app.close()
    return closed
  }
  return {
    url,
    baseURL: baseUrl(url, 'default'),
    adminKey: adminKey ?? null,
    sandbox(name) {
      if (!isSandboxName(name)) throw new TypeError(`sandbox: '${name}' is invalid. It must be ${sandboxNameRule}.`)
      return { name, baseURL: baseUrl(url, name) }
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
