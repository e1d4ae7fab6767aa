import { hasMore, lists, listsIds, refuses, succeeds } from '../checks/response-checks.ts'
import { get, remove, unknownId } from '../client/client.ts'
import { asks, examine, type Probe, writing } from '../probe.ts'

const refused = (param: string) => refuses({ status: 400, param, code: 'invalid_value' })

const after = (id: string) => `after=${encodeURIComponent(id)}`

const rejects = [{ turn: { deleted_cursor: 'reject' as const }, checks: [refused('after')] }]

const repeated = (name: string, query: string): Probe => ({
  name: `${name}-repeated`,
  evidence: 'sibling',
  run: asks(get(query), [refused(name)]),
})

export const cursor: Probe[] = [
  {
    name: 'after-first',
    evidence: 'spec',
    keys: 2,
    async run(stage) {
      const { ids, isWhole } = await stage.inventory()
      const page = await stage.ask(get(`?limit=${ids.length}&${after(ids[0] ?? '')}`))
      if (!isWhole) return examine(page, [succeeds, lists(ids.length)])
      return examine(page, [succeeds, listsIds(ids.slice(1), 'all keys but the first')])
    },
  },
  {
    name: 'after-descending',
    evidence: 'spec',
    keys: 2,
    async run(stage) {
      const { ids } = await stage.inventory()
      const page = await stage.ask(get(`?order=desc&${after(ids[1] ?? '')}`))
      return examine(page, [succeeds, listsIds(ids.slice(0, 1), 'the oldest key'), hasMore(false)])
    },
  },
  {
    name: 'after-empty',
    evidence: 'sdk',
    run: asks(get('?after=&limit=100'), async (stage) => {
      const { ids } = await stage.inventory()
      return [succeeds, listsIds(ids, 'the same keys as without')]
    }),
  },
  { name: 'after-unknown', evidence: 'assumed', run: asks(get(`?${after(unknownId)}`), [refused('after')]) },
  { name: 'after-no-id', evidence: 'assumed', run: asks(get('?after=0'), [refused('after')]) },
  repeated('after', `?${after(unknownId)}&${after(unknownId)}`),
  repeated('limit', '?limit=1&limit=1'),
  repeated('order', '?order=asc&order=asc'),
  writing('order-of-making', 'assumed', async (stage) => {
    const [first, second, third] = await stage.trio()
    const up = await stage.ask(get(`?limit=2&${after(first.id)}`))
    const down = await stage.ask(get(`?limit=2&order=desc&${after(third.id)}`))
    const upwards = examine(up, [succeeds, listsIds([second.id, third.id], 'asc as they were made')])
    const downwards = examine(down, [succeeds, listsIds([second.id, first.id], 'desc in reverse')])
    return { facts: [...upwards.facts, ...downwards.facts] }
  }),
  writing('after-deleted', 'assumed', async (stage) => {
    const [first, second, third] = await stage.trio()
    succeeds(await stage.ask(remove(second.id)))
    const up = await stage.ask(get(`?limit=1&${after(second.id)}`))
    const upwards = examine(up, [succeeds, listsIds([third.id], 'asc the key after it')], rejects)
    if (upwards.turn !== undefined) return upwards
    const down = await stage.ask(get(`?limit=1&order=desc&${after(second.id)}`))
    const downwards = examine(down, [succeeds, listsIds([first.id], 'desc the key before it')])
    return { facts: [...upwards.facts, ...downwards.facts] }
  }),
]
