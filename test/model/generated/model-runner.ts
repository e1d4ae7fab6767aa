import { isDeepStrictEqual } from 'node:util'
import type { Asker, Outcome, Sent } from './client.ts'
import { Difference } from './difference.ts'
import type { State } from './initial-state.ts'
import type { Drawn } from './organization-model.ts'
import { SandboxModel } from './sandbox-model.ts'
import type { Script } from './shell-script.ts'

interface Options {
  client: Asker
  /** Of the sandboxes: `default` is to be as it began, the others not to be there yet. */
  names: readonly string[]
  /** Makes the model of a sandbox that begins as all do, or as that state. */
  make?: (begun?: State) => SandboxModel
  script: Script
}

// What no answer may hold that the client did not send, but that to a create.
const secret = /sk-[A-Za-z0-9_-]{12,}/

// Enough to ask for what is long gone.
const mostRemembered = 100

/** A server and the model of it, side by side. */
export class World {
  readonly names: readonly string[]
  /** The latest of all keys that were made, here or there. */
  readonly made: Drawn[] = []
  readonly #client: Asker
  readonly #script: Script
  readonly #make: (begun?: State) => SandboxModel
  readonly #sandboxes = new Map<string, SandboxModel>()

  constructor({ client, names, script, make = (begun) => new SandboxModel(begun) }: Options) {
    this.#client = client
    this.names = names
    this.#script = script
    this.#make = make
    if (names.includes('default')) this.obtain('default')
  }

  nameOf(at: number): string {
    return this.names[at % this.names.length] ?? 'default'
  }

  find(name: string): SandboxModel | undefined {
    return this.#sandboxes.get(name)
  }

  /** The model of a sandbox, which comes into being when it is first addressed. */
  obtain(name: string): SandboxModel {
    return this.#sandboxes.get(name) ?? this.make(name)
  }

  make(name: string, begun?: State): SandboxModel {
    const sandbox = this.#make(begun)
    this.#sandboxes.set(name, sandbox)
    return sandbox
  }

  remove(name: string): void {
    this.#sandboxes.delete(name)
  }

  /** Asks the server. `read` says what its answer is the first to show, and may hold as no other. */
  async send(sent: Sent, read: (outcome: Outcome) => Drawn | undefined = () => undefined) {
    const line = this.#script.add(sent)
    const { outcome, head } = await this.#client.ask(sent)
    const drawn = read(outcome)
    line.drawn = drawn
    if (drawn === undefined) this.#refuseSecrets(sent, outcome, head)
    else this.#remember(drawn)
    return { outcome, drawn }
  }

  /** Throws Difference where a server did something else. */
  compare(sent: Sent, expected: unknown, received: unknown): void {
    if (!isDeepStrictEqual(received, expected)) throw new Difference(sent, expected, received, this.#script)
  }

  #remember(drawn: Drawn): void {
    this.made.push(drawn)
    if (this.made.length > mostRemembered) this.made.shift()
  }

  #refuseSecrets(sent: Sent, outcome: Outcome, head: string): void {
    const [found] = secret.exec('text' in outcome ? head + outcome.text : '') ?? []
    // What a client says itself it may be told again.
    if (found !== undefined && !`${sent.path} ${sent.body}`.includes(found)) this.compare(sent, 'no secret', outcome)
  }
}
