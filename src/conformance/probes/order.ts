import { checkThat } from '../checks/check-result.ts'
import { evaluate } from '../checks/evaluate.ts'
import { hasKeyIds } from '../checks/list-checks.ts'
import { type Check, isError, succeeds } from '../checks/response-checks.ts'
import { listRequest } from '../client/requests.ts'
import { type HttpResponse, keysOf, valueAt } from '../client/response.ts'
import { type Evidence, type Probe, readProbe, sendAndCheck } from '../probe.ts'

const timesOf = (response: HttpResponse) => keysOf(response).map((key) => valueAt(key, 'created_at') as number)

const isAscending = (times: number[]) => times.every((time, index) => time >= (times[index - 1] ?? time))

const isOldestFirst: Check = (response) =>
  checkThat(isAscending(timesOf(response)), 'oldest first', 'in a different order')

const isNewestFirst: Check = (response) =>
  checkThat(isAscending(timesOf(response).toReversed()), 'newest first', 'in a different order')

const isInvalidOrder = (value: string) =>
  isError({
    status: 400,
    param: 'order',
    code: 'invalid_value',
    message: `Invalid value: '${value}'. Supported values are: 'asc' and 'desc'.`,
  })

const rejectedOrder = (name: string, evidence: Evidence, value: string): Probe =>
  readProbe(name, evidence, sendAndCheck(listRequest(`?order=${value}`), [isInvalidOrder(value)]))

export const orderProbes: Probe[] = [
  {
    name: 'order-default',
    evidence: 'spec',
    minKeys: 2,
    run: async (context) => evaluate((await context.existingKeys()).response, [succeeds, isOldestFirst]),
  },
  {
    name: 'order-asc',
    evidence: 'spec',
    minKeys: 2,
    run: sendAndCheck(listRequest('?order=asc&limit=100'), async (context) => {
      const { ids } = await context.existingKeys()
      return [succeeds, hasKeyIds(ids, 'as by default')]
    }),
  },
  {
    name: 'order-desc',
    evidence: 'spec',
    minKeys: 2,
    async run(context) {
      const { ids, isComplete } = await context.existingKeys()
      const page = await context.send(listRequest('?order=desc&limit=100'))
      const isReversed = isComplete ? hasKeyIds(ids.toReversed(), 'in reverse order') : isNewestFirst
      return evaluate(page, [succeeds, isReversed])
    },
  },
  rejectedOrder('order-unknown', 'sibling', 'up'),
  rejectedOrder('order-uppercase', 'assumed', 'ASC'),
  rejectedOrder('order-empty', 'assumed', ''),
]
