import { pathIn } from '../model/generated/api-steps.ts'
import type { Asker, Outcome, Sent } from '../model/generated/client.ts'
import { injected } from '../model/generated/expected-errors.ts'
import { bodyOf, type Fault, type Operation } from '../model/generated/fault-model.ts'
import { control, createIn, deleteIn, expectEqual, idsOf, listIn, readKey, retrieveIn, Unexpected } from './requests.ts'

/** One of several clients in a sandbox where a fault is armed. Nobody else touches its keys. */
class Member {
  readonly #client: Asker
  readonly #sandbox: string
  readonly #fault: Fault
  readonly keys: { id: string; shown: string }[] = []
  /** How many of its requests the fault was about, how many it befell, and how many keys were made unseen. */
  concerned = 0
  struck = 0
  lost = 0

  constructor(client: Asker, sandbox: string, fault: Fault) {
    this.#client = client
    this.#sandbox = sandbox
    this.#fault = fault
  }

  /** Does something that succeeds, unless the fault befalls it. */
  async act(operation: Operation): Promise<void> {
    const key = this.keys.at(-1)
    if (operation === 'list') await this.#ask('list', listIn(this.#sandbox), (text) => this.#isListed(text))
    else if (operation === 'create' || key === undefined) await this.#create()
    else if (operation === 'retrieve') {
      await this.#ask('retrieve', retrieveIn(this.#sandbox, key.id), (text) => text === key.shown)
    } else {
      const deletion = JSON.stringify({ id: key.id, object: 'organization.admin_api_key.deleted', deleted: true })
      const happened = await this.#ask('delete', deleteIn(this.#sandbox, key.id), (text) => text === deletion)
      if (happened !== 'not') this.keys.pop()
    }
  }

  #isListed(text: string): boolean {
    const ids = new Set(idsOf(text))
    return this.keys.every(({ id }) => ids.has(id))
  }

  async #create(): Promise<void> {
    const happened = await this.#ask('create', createIn(this.#sandbox, 'of a member'), (text) => {
      this.keys.push(readKey(text))
      return true
    })
    if (happened === 'unseen') this.lost++
  }

  async #ask(operation: Operation, sent: Sent, isRight: (text: string) => boolean): Promise<'seen' | 'unseen' | 'not'> {
    const { outcome } = await this.#client.ask(sent)
    const isConcerned = ['*', operation].includes(this.#fault.operation)
    if (isConcerned) this.concerned++
    if (isConcerned && isWorkOf(this.#fault, outcome)) {
      this.struck++
      return this.#fault.when === 'before' ? 'not' : 'unseen'
    }
    const isSuccess = outcome.kind === 'answer' && outcome.status === 200 && isRight(outcome.text)
    if (!isSuccess) throw new Unexpected(sent, outcome, `a success, or ${JSON.stringify(this.#fault)}`)
    return 'seen'
  }
}

function isWorkOf({ kind }: Fault, outcome: Outcome): boolean {
  if (kind === 'error') return outcome.kind === 'answer' && outcome.text === injected(503).text
  return outcome.kind === { connection_reset: 'reset', empty_response: 'end', truncated_body: 'half' }[kind]
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)

/** Many clients at once, one fault, and a fork meanwhile: the fault fires exactly as often as it should. */
export async function faultyRound(
  clients: Asker[],
  tester: Asker,
  sandbox: string,
  fault: Fault,
  deeds: Operation[][],
) {
  const at = (path: string) => pathIn(sandbox, `/_emulator${path}`)
  await control(tester, 'POST', at('/reset'), 200)
  await control(tester, 'POST', at('/faults'), 201, bodyOf(fault))
  const members = clients.map((client) => new Member(client, sandbox, fault))
  const lives = members.map(async (member, n) => {
    for (const deed of deeds[n] ?? []) await member.act(deed)
  })
  await Promise.all([...lives, forkMeanwhile(tester, sandbox)])

  const due = Math.min(fault.times, Math.max(0, sum(members.map(({ concerned }) => concerned)) - fault.skip))
  expectEqual('requests that the fault befell', sum(members.map(({ struck }) => struck)), due)
  const [armed] = (await control(tester, 'GET', at('/faults'), 200)).data
  expectEqual('hits', armed.hits, due)
  const { keys } = await control(tester, 'GET', at('/state'), 200)
  const made = keys.filter(({ name, deleted }: { name: string; deleted?: true }) => name === 'of a member' && !deleted)
  expectEqual('keys', made.length, sum(members.map((member) => member.keys.length + member.lost)))
}

/** A copy has no faults, and is whole at whatever moment it is made. */
async function forkMeanwhile(tester: Asker, sandbox: string): Promise<void> {
  const name = `${sandbox}-fork`
  await control(tester, 'POST', '/_emulator/sandboxes', 201, { name, from: { sandbox } })
  const sent = listIn(name)
  const { outcome } = await tester.ask(sent)
  const isWhole = outcome.kind === 'answer' && outcome.status === 200 && idsOf(outcome.text).includes('key_admin')
  if (!isWhole) throw new Unexpected(sent, outcome, 'the list of a fork')
  await control(tester, 'DELETE', `/_emulator/sandboxes/${name}`, 200)
}
