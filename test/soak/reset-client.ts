import { setTimeout as sleep } from 'node:timers/promises'
import { pathIn } from '../model/generated/api-steps.ts'
import type { Asker, Outcome, Sent } from '../model/generated/client.ts'
import { unknownKey } from '../model/generated/expected-errors.ts'
import type { Operation } from '../model/generated/fault-model.ts'
import { control, createIn, idsOf, listIn, readKey, retrieveIn, Unexpected } from './requests.ts'

/** How often a sandbox has been put back to its beginning. */
interface Resets {
  begun: number
  over: number
}

/** The `age` is how many resets there were before it was made; undefined where that was in the middle of one. */
interface Key {
  id: string
  shown: string
  age: number | undefined
}

/** One of several clients in a sandbox that is reset under them: what is of before is not there afterwards. */
class Member {
  readonly #client: Asker
  readonly #sandbox: string
  readonly #resets: Resets
  readonly #keys: Key[] = []

  constructor(client: Asker, sandbox: string, resets: Resets) {
    this.#client = client
    this.#sandbox = sandbox
    this.#resets = resets
  }

  async act(operation: Operation, nth: number): Promise<void> {
    const key = this.#keys.at(-1 - (nth % Math.max(this.#keys.length, 1)))
    if (operation === 'list') return this.list()
    if (operation === 'create' || key === undefined) return this.#create()
    await this.#retrieve(key)
  }

  async #create(): Promise<void> {
    const { outcome, age } = await this.#ask(createIn(this.#sandbox, 'of a member'), ({ status }) => status === 200)
    if (outcome.kind === 'answer') this.#keys.push({ ...readKey(outcome.text), age })
  }

  async #retrieve(key: Key): Promise<void> {
    await this.#ask(retrieveIn(this.#sandbox, key.id), ({ status, text }, age) => {
      const isThere = status === 200 && text === key.shown
      const isGone = status === 404 && text === unknownKey(key.id).text
      if (age === undefined || key.age === undefined) return isThere || isGone
      return key.age === age ? isThere : isGone
    })
  }

  async list(): Promise<void> {
    await this.#ask(listIn(this.#sandbox), ({ status, text }, age) => {
      const ids = new Set(status === 200 ? idsOf(text) : [])
      const known = age === undefined ? [] : this.#keys.filter((key) => key.age !== undefined)
      return ids.has('key_admin') && known.every((key) => ids.has(key.id) === (key.age === age))
    })
  }

  /** Hears what it must, or that the connection was cut, if a reset was. Resolves to the age that it belongs to. */
  async #ask(sent: Sent, isRight: (answer: { status: number; text: string }, age: number | undefined) => boolean) {
    const { over } = this.#resets
    const { outcome } = await this.#client.ask(sent)
    const age = this.#resets.begun === over ? over : undefined
    const isAllowed = outcome.kind === 'answer' ? isRight(outcome, age) : age === undefined && isCut(outcome)
    if (!isAllowed) throw new Unexpected(sent, outcome, `what is right after ${age ?? `${over} or more`} resets`)
    return { outcome, age }
  }
}

const isCut = ({ kind }: Outcome) => kind === 'end' || kind === 'reset'

/** Many clients at once in a sandbox that is reset, or removed, now and then. */
export async function stormyRound(
  clients: Asker[],
  tester: Asker,
  sandbox: string,
  resets: string[],
  deeds: Operation[][],
) {
  const count = { begun: 0, over: 0 }
  const again = async (how: string) => {
    count.begun++
    if (how === 'reset') await control(tester, 'POST', pathIn(sandbox, '/_emulator/reset'), 200)
    else await control(tester, 'DELETE', `/_emulator/sandboxes/${sandbox}`, 200)
    count.over++
  }
  await control(tester, 'POST', pathIn(sandbox, '/_emulator/reset'), 200)
  const members = clients.map((client) => new Member(client, sandbox, count))
  const lives = members.map(async (member, n) => {
    for (const [nth, deed] of (deeds[n] ?? []).entries()) await member.act(deed, nth)
  })
  const storm = async () => {
    for (const how of resets) {
      await sleep(1)
      await again(how)
      // Removed it is not there until somebody asks for it.
      await control(tester, 'GET', pathIn(sandbox, '/_emulator/clock'), 200)
    }
  }
  await Promise.all([...lives, storm()])
  for (const member of members) await member.list()
}
