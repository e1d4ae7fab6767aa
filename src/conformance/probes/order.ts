import { fact } from '../checks/check-result.ts'
import { type Check, listsIds, refuses, succeeds } from '../checks/response-checks.ts'
import { get } from '../client/client.ts'
import { type Answer, at, keysOf } from '../client/response.ts'
import { asks, examine, type Probe } from '../probe.ts'

const timesOf = (answer: Answer) => keysOf(answer).map((key) => at(key, 'created_at') as number)

const isRising = (times: number[]) => times.every((time, n) => time >= (times[n - 1] ?? time))

const isOldestFirst: Check = (answer) => fact(isRising(timesOf(answer)), 'oldest first', 'another order')
const isNewestFirst: Check = (answer) => fact(isRising(timesOf(answer).toReversed()), 'newest first', 'another order')

const refusal = (value: string) =>
  refuses({
    status: 400,
    param: 'order',
    code: 'invalid_value',
    message: `Invalid value: '${value}'. Supported values are: 'asc' and 'desc'.`,
  })

export const order: Probe[] = [
  {
    name: 'order-default',
    evidence: 'spec',
    keys: 2,
    run: async (stage) => examine((await stage.inventory()).answer, [succeeds, isOldestFirst]),
  },
  {
    name: 'order-asc',
    evidence: 'spec',
    keys: 2,
    run: asks(get('?order=asc&limit=100'), async (stage) => {
      const { ids } = await stage.inventory()
      return [succeeds, listsIds(ids, 'as by default')]
    }),
  },
  {
    name: 'order-desc',
    evidence: 'spec',
    keys: 2,
    async run(stage) {
      const { ids, isWhole } = await stage.inventory()
      const page = await stage.ask(get('?order=desc&limit=100'))
      return examine(page, [succeeds, isWhole ? listsIds(ids.toReversed(), 'the reverse') : isNewestFirst])
    },
  },
  { name: 'order-unknown', evidence: 'sibling', run: asks(get('?order=up'), [refusal('up')]) },
  { name: 'order-in-capitals', evidence: 'assumed', run: asks(get('?order=ASC'), [refusal('ASC')]) },
  { name: 'order-empty', evidence: 'assumed', run: asks(get('?order='), [refusal('')]) },
]
