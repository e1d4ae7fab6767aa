import type { ProbeRequest } from './client/requests.ts'
import type { HttpResponse } from './client/response.ts'

/** The keys of the server when they were first listed: the first hundred, oldest first. */
interface ExistingKeys {
  response: HttpResponse
  keys: unknown[]
  ids: string[]
  /** Whether these are all keys. */
  isComplete: boolean
}

/** A key that a probe created. */
export interface CreatedKey {
  id: string
  value: string
  response: HttpResponse
}

/** A service account that a probe created, with its first key. */
export interface CreatedAccount {
  id: string
  keyId: string
  value: string
  response: HttpResponse
}

/** What a probe created with a lifetime of one second. */
export interface Expiring<Created> {
  created: Created
  /** Resolves once it has expired. */
  expired(): Promise<void>
}

/** What a probe may do and know. All methods that send requests reject as ProbeClient does. */
export interface ProbeContext {
  /** The path of the base URL, such as `/v1`. */
  basePath: string
  /** The host and port, as in a Host header. */
  host: string
  send(request: ProbeRequest): Promise<HttpResponse>
  /**
   * Returns the response that the same request got before, or sends it. For requests that change nothing, to spare a
   * rate-limited service.
   */
  sendCached(request: ProbeRequest): Promise<HttpResponse>
  sendBytes(bytes: string): Promise<HttpResponse>
  /** Returns a name that no other key has. */
  uniqueName(): string
  existingKeys(): Promise<ExistingKeys>
  /** Creates a key. Rejects with Mismatch if the server does not. */
  createKey(body?: object, overrides?: Partial<ProbeRequest>): Promise<CreatedKey>
  /** Returns one key that all probes share. Probes must not change it. */
  sampleKey(): Promise<CreatedKey>
  /** Returns three keys that all probes share, in the order of their creation. */
  threeKeys(): Promise<readonly [CreatedKey, CreatedKey, CreatedKey]>
  /** Returns the response to the creation of the project that all probes share, and its id. */
  project(): Promise<{ id: string; response: HttpResponse }>
  /** Creates a service account in that project. Rejects with Mismatch if the server does not. */
  createAccount(body?: object): Promise<CreatedAccount>
  /** Returns a key with a lifetime of one second, created at the first call. */
  expiringKey(): Promise<Expiring<CreatedKey>>
  /** Returns an account whose key has a lifetime of one second, created at the first call. */
  expiringAccount(): Promise<Expiring<CreatedAccount>>
  /** Returns two accounts of that project that all probes share. Probes must not change them. */
  twoAccounts(): Promise<readonly [CreatedAccount, CreatedAccount]>
  /** Returns the id of a project that lists accounts and keys, if there is one: with `--write` the created one. */
  projectToList(): Promise<string>
  /** Returns the response of a list of up to 100, the same for each path. With `--write` there is something to list. */
  existingItems(path: string): Promise<HttpResponse>
  /** Returns whether the server is this emulator. */
  isEmulator(): Promise<boolean>
}
