import { fact, Unlike } from './checks/check-result.ts'
import { kindOf } from './checks/describe.ts'
import { succeeds } from './checks/response-checks.ts'
import { type Ask, type Asked, get, post } from './client/client.ts'
import { NoAnswer } from './client/http.ts'
import { pause } from './client/pacing.ts'
import { type Answer, at, idsOf, keysOf, textAt } from './client/response.ts'
import type { Made } from './created-keys.ts'
import type { Withheld } from './report-redactor.ts'

/** The keys that were there when first looked at: the first hundred, oldest first. */
export interface Inventory {
  answer: Answer
  keys: unknown[]
  ids: string[]
  /** Whether these are all. */
  isWhole: boolean
}

/** A key that we made. */
export interface Created {
  id: string
  value: string
  answer: Answer
}

/** What a probe acts on. */
export interface Stage {
  ask(asked: Asked): Promise<Answer>
  /** What was answered when that was first asked: for what changes nothing, so that a slow service is asked no more than needed. */
  look(asked: Asked): Promise<Answer>
  bytes(bytes: string): Promise<Answer>
  /** The path of the base URL: `/v1`. */
  path: string
  /** The name of the server, as a Host header has it. */
  host: string
  /** A name that no other key has. */
  name(): string
  inventory(): Promise<Inventory>
  /** Makes a key. Rejects with Unlike where the server does not. */
  create(body?: object, more?: Partial<Asked>): Promise<Created>
  /** A key that was made once, for probes that only look at it. */
  specimen(): Promise<Created>
  /** Three keys that were made once, one after the other. */
  trio(): Promise<readonly [Created, Created, Created]>
  isEmulator(): Promise<boolean>
  wait(ms: number): Promise<void>
}

interface Surroundings {
  ask: Ask
  made: Made
  withheld: Withheld
  path: string
  host: string
  /** Whether keys may be made, so that there is something to list. */
  write: boolean
  stop: AbortSignal | undefined
}

export function createStage({ ask, made, withheld, path, host, write, stop }: Surroundings): Stage {
  let names = 0
  const looked = new Map<string, Promise<Answer>>()
  const stage: Stage = {
    path,
    host,
    async ask(asked) {
      const answer = await made.watch(asked, ask)
      withheld.notice(answer)
      return answer
    },
    look(asked) {
      const key = JSON.stringify(asked)
      const answer = looked.get(key) ?? stage.ask(asked)
      looked.set(key, answer)
      answer.catch(() => looked.delete(key))
      return answer
    },
    bytes: (bytes) => ask.bytes(bytes),
    name: () => `${made.prefix}-${++names}`,
    inventory: once(async () => {
      if (write) await stage.trio().catch(leaveToProbes)
      const answer = await stage.ask(get('?limit=100'))
      return { answer, keys: keysOf(answer), ids: idsOf(answer), isWhole: at(answer.body, 'has_more') !== true }
    }),
    async create(body = {}, more = {}) {
      const answer = await stage.ask(post({ name: stage.name(), ...body }, more))
      succeeds(answer)
      const [id, value] = [textAt(answer.body, 'id'), textAt(answer.body, 'value')]
      if (id === '') throw new Unlike(fact(false, 'an id', kindOf(at(answer.body, 'id'))))
      // Or probes would delete what is not ours.
      if (!made.isOurs(id)) throw new Unlike(fact(false, 'a new id', 'one that was there'))
      return { id, value, answer }
    },
    specimen: once(() => stage.create()),
    trio: once(async () => [await stage.create(), await stage.create(), await stage.create()] as const),
    isEmulator: once(async () => (await stage.look(get('', { as: null }))).headers['x-emulator-reason'] !== undefined),
    wait: (ms) => pause(ms, stop),
  }
  return stage
}

/** Does it when first called, and again only where that failed. */
function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let result: Promise<Result> | undefined
  return () => {
    result ??= make().catch((error) => {
      result = undefined
      throw error
    })
    return result
  }
}

// One of its own tells that keys cannot be made.
function leaveToProbes(error: unknown): void {
  if (!(error instanceof Unlike || error instanceof NoAnswer)) throw error
}
