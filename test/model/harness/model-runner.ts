import { isDeepStrictEqual } from 'node:util'
import { sandboxPath } from './api-steps.ts'
import type { HttpClient, HttpRequest, RequestOutcome } from './client.ts'
import type { State } from './initial-state.ts'
import { ModelMismatch } from './model-mismatch.ts'
import type { Generated, GeneratedKey } from './resource-model.ts'
import { SandboxModel } from './sandbox-model.ts'
import type { ShellScript } from './shell-script.ts'

interface ModelRunnerOptions {
  client: HttpClient
  /** Sandbox names. `default` must be in its initial state; the others must not exist yet. */
  names: readonly string[]
  /** Creates the model of a sandbox; without a state it starts from the seed. */
  createModel?: (initial?: State) => SandboxModel
  script: ShellScript
}

// Only a create response may contain a secret that the client did not send.
const secretPattern = /sk-[A-Za-z0-9_-]{12,}/

// Enough to address keys that were deleted long ago.
const maxRememberedKeys = 100

/** Runs requests against a server and its model, and compares both. */
export class ModelRunner {
  readonly names: readonly string[]
  /** The most recently created keys of all sandboxes. */
  readonly createdKeys: GeneratedKey[] = []
  readonly #client: HttpClient
  readonly #script: ShellScript
  readonly #createModel: (initial?: State) => SandboxModel
  readonly #sandboxes = new Map<string, SandboxModel>()
  /** Of the last request, if it got no full response. */
  #connection: string | undefined

  constructor({ client, names, script, createModel = (initial) => new SandboxModel(initial) }: ModelRunnerOptions) {
    this.#client = client
    this.names = names
    this.#script = script
    this.#createModel = createModel
    if (names.includes('default')) this.getOrCreate('default')
  }

  nameOf(index: number): string {
    return this.names[index % this.names.length] ?? 'default'
  }

  find(name: string): SandboxModel | undefined {
    return this.#sandboxes.get(name)
  }

  getOrCreate(name: string): SandboxModel {
    return this.#sandboxes.get(name) ?? this.createSandbox(name)
  }

  createSandbox(name: string, initial?: State): SandboxModel {
    const sandbox = this.#createModel(initial)
    this.#sandboxes.set(name, sandbox)
    return sandbox
  }

  remove(name: string): void {
    this.#sandboxes.delete(name)
  }

  /**
   * Sends a request. `readGenerated` returns what the response discloses for the first time. Any other response with a secret
   * throws ModelMismatch.
   */
  async send(
    request: HttpRequest,
    readGenerated: (outcome: RequestOutcome) => Generated | undefined = () => undefined,
  ) {
    const entry = this.#script.add(request)
    const { outcome, head, connection } = await this.#client.send(request)
    this.#connection = connection
    const generated = readGenerated(outcome)
    entry.generated = generated
    if (generated?.key?.value === undefined && generated?.partialValue === undefined)
      this.#assertNoSecret(request, outcome, head)
    if (generated?.key !== undefined) this.#remember(generated.key)
    return { outcome, generated }
  }

  /** Exports the state of a sandbox. `readGenerated` returns what it discloses for the first time. */
  async readState<State>(name: string, readGenerated: (state: State) => Generated | undefined) {
    const request = { method: 'GET', path: sandboxPath(name, '/_emulator/state') }
    const { generated } = await this.send(request, (outcome) =>
      outcome.kind === 'response' ? readGenerated(JSON.parse(outcome.text)) : undefined,
    )
    return { request, generated }
  }

  /** Throws ModelMismatch if the values differ. */
  assertEqual(request: HttpRequest, expected: unknown, received: unknown): void {
    if (isDeepStrictEqual(received, expected)) return
    throw new ModelMismatch({ request, expected, received, connection: this.#connection, script: this.#script })
  }

  #remember(generatedKey: GeneratedKey): void {
    this.createdKeys.push(generatedKey)
    if (this.createdKeys.length > maxRememberedKeys) this.createdKeys.shift()
  }

  #assertNoSecret(request: HttpRequest, outcome: RequestOutcome, head: string): void {
    const [secret] = secretPattern.exec('text' in outcome ? head + outcome.text : '') ?? []
    // The server may echo what the client sent in this request.
    if (secret !== undefined && !`${request.path} ${request.body}`.includes(secret))
      this.assertEqual(request, 'no secret', outcome)
  }
}
