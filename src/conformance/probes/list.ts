import { fact, Unlike, Unsuitable } from '../checks/check-result.ts'
import { kindOf } from '../checks/describe.ts'
import { type Check, hasFields, hasMore, isCompact, lists, listsIds, succeeds } from '../checks/response-checks.ts'
import { get } from '../client/client.ts'
import { at, idsOf, keysOf, textAt } from '../client/response.ts'
import { asks, examine, type Probe } from '../probe.ts'
import type { Stage } from '../probe-context.ts'

const empty = '{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}'

export const envelope = ['object', 'data', 'first_id', 'last_id', 'has_more'] as const

const isEnvelope: Check = ({ body }) => {
  const [object, data, more] = [at(body, 'object'), at(body, 'data'), at(body, 'has_more')]
  const isSo = object === 'list' && Array.isArray(data) && typeof more === 'boolean'
  return fact(isSo, 'a list', `object ${object === 'list' ? 'list' : kindOf(object)}, data ${kindOf(data)}`)
}

const hasEnds: Check = (answer) => {
  const [first, last] = [at(answer.body, 'first_id'), at(answer.body, 'last_id')]
  const ids = idsOf(answer)
  const isSo = first === (ids[0] ?? null) && last === (ids.at(-1) ?? null)
  return fact(isSo, 'first_id and last_id of its data', 'others')
}

const isEmptyList: Check = ({ text }) => fact(text === empty, 'the empty list', 'another form')

/** Pages through all keys as clients do, in about three pages; the ids as they came. */
async function walk(stage: Stage): Promise<string[]> {
  const { ids, isWhole } = await stage.inventory()
  const limit = Math.ceil(ids.length / 3)
  const seen: string[] = []
  for (let after = ''; seen.length < ids.length; after = seen.at(-1) ?? '') {
    const cursor = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const page = await stage.ask(get(`?limit=${limit}${cursor}`))
    succeeds(page)
    if (keysOf(page).length === 0) throw new Unlike(fact(false, 'every key once', `a page without keys`))
    seen.push(...idsOf(page))
    const isLast = isWhole && seen.length >= ids.length
    const { expected, seen: told } = hasMore(!isLast)(page)
    if (expected !== told) throw new Unlike({ expected, seen: told })
  }
  return seen
}

export const listing: Probe[] = [
  {
    name: 'list',
    evidence: 'spec',
    run: asks(get(), [succeeds, hasFields(envelope), isEnvelope]),
  },
  { name: 'list-ends', evidence: 'sdk', run: asks(get(), [succeeds, hasEnds]) },
  { name: 'list-compact', evidence: 'assumed', run: asks(get('?limit=2'), [succeeds, isCompact]) },
  {
    name: 'list-default-limit',
    evidence: 'spec',
    keys: 21,
    run: asks(get(), [succeeds, lists(20), hasMore(true)]),
  },
  {
    name: 'list-has-more',
    evidence: 'spec',
    keys: 2,
    async run(stage) {
      const { ids } = await stage.inventory()
      const page = await stage.ask(get(`?limit=${ids.length - 1}`))
      return examine(page, [succeeds, listsIds(ids.slice(0, -1), 'all keys but one'), hasMore(true)])
    },
  },
  {
    name: 'list-has-no-more',
    evidence: 'spec',
    keys: 1,
    async run(stage) {
      const { ids, isWhole } = await stage.inventory()
      if (!isWhole) throw new Unsuitable('needs 100 keys or fewer')
      const page = await stage.ask(get(`?limit=${ids.length}`))
      return examine(page, [succeeds, listsIds(ids, 'all keys'), hasMore(false)])
    },
  },
  {
    name: 'list-has-more-indeed',
    evidence: 'sdk',
    keys: 1,
    async run(stage) {
      const { ids, isWhole } = await stage.inventory()
      if (isWhole) throw new Unsuitable('needs more than 100 keys')
      const page = await stage.ask(get(`?limit=1&after=${encodeURIComponent(ids.at(-1) ?? '')}`))
      return examine(page, [succeeds, lists(1)])
    },
  },
  {
    name: 'list-past-the-end',
    evidence: 'sibling',
    keys: 1,
    async run(stage) {
      const newest = await stage.ask(get('?order=desc&limit=1'))
      succeeds(newest)
      const after = textAt(keysOf(newest)[0], 'id')
      const page = await stage.ask(get(`?after=${encodeURIComponent(after)}`))
      return examine(page, [succeeds, lists(0), isEmptyList])
    },
  },
  {
    name: 'list-walk',
    evidence: 'sdk',
    keys: 2,
    async run(stage) {
      const { ids } = await stage.inventory()
      const seen = await walk(stage)
      const isSo = seen.slice(0, ids.length).join('\n') === ids.join('\n')
      return { facts: [fact(isSo, 'every key once', 'others, or in another order')] }
    },
  },
  {
    name: 'list-unknown-parameter',
    evidence: 'assumed',
    run: asks(get('?before=key_abc&foo=bar&limit=100'), async (stage) => {
      const { ids } = await stage.inventory()
      return [succeeds, listsIds(ids, 'the same keys as without')]
    }),
  },
]
