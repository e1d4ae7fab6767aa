import { anyToken } from '../checks/alternatives.ts'
import { fact, isSame } from '../checks/check-result.ts'
import { describe, kindOf } from '../checks/describe.ts'
import { type Check, refuses, succeeds } from '../checks/response-checks.ts'
import { get, remove, retrieve, unknownId } from '../client/client.ts'
import { at } from '../client/response.ts'
import { examine, writing } from '../probe.ts'
import { notFound } from './errors.ts'

// What becomes of a key: it is kept, used, it expires.

export const isRefused = refuses({ status: 401, code: 'invalid_api_key' })

const isUsed: Check = ({ body }) => {
  const seen = at(body, 'last_used_at')
  return fact(Number.isInteger(seen), 'last_used_at an integer', `last_used_at ${kindOf(seen)}`)
}

// Beyond the second in which it expires.
const untilExpired = 2100

export const life = [
  writing('retrieve-created', 'spec', async (stage) => {
    const { id } = await stage.specimen()
    const turn = [{ turn: { state: 'discarded' as const }, checks: [notFound(id)] }]
    return examine(await stage.ask(retrieve(id)), [succeeds], turn)
  }),
  writing('use', 'assumed', async (stage) => {
    const { id, value } = await stage.create()
    succeeds(await stage.ask(get('?limit=1', { as: value })))
    return examine(await stage.ask(retrieve(id)), [succeeds, isUsed])
  }),
  writing('use-at-once', 'assumed', async (stage) => {
    const { id, value } = await stage.create()
    return examine(await stage.ask(retrieve(id, { as: value })), [succeeds, isUsed])
  }),
  writing('use-that-failed', 'assumed', async (stage) => {
    const { id, value } = await stage.create()
    const failed = await stage.ask(retrieve(unknownId, { as: value }))
    const used = await stage.ask(retrieve(id))
    return { facts: [notFound(unknownId)(failed), succeeds(used), isUsed(used)] }
  }),
  writing('owner-of-created', 'assumed', async (stage) => {
    const parent = await stage.create()
    const child = await stage.create({}, { as: parent.value })
    const [one, other] = [parent, child].map(({ answer }) => JSON.stringify(at(answer.body, 'owner')))
    return { facts: [fact(one !== undefined && one === other, 'the owner of the calling key', 'another owner')] }
  }),
  writing('expired', 'assumed', async (stage) => {
    const { id, value } = await stage.create({ expires_in_seconds: 1 })
    await stage.wait(untilExpired)
    const { facts, turn } = examine(await stage.ask(get('', { as: value })), [isRefused], [anyToken()])
    const kept = await stage.ask(retrieve(id))
    const gone = await stage.ask(remove(id))
    const after = [
      fact(kept.status === 200, 'retrieved still', describe(kept)),
      fact(gone.status === 200, 'deleted still', describe(gone)),
    ]
    return { facts: [...facts, ...after], ...(turn !== undefined && after.every(isSame) ? { turn } : {}) }
  }),
]
