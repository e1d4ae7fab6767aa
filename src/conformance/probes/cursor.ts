import { type Alternative, evaluate } from '../checks/evaluate.ts'
import { hasKeyCount, hasKeyIds, hasMore } from '../checks/list-checks.ts'
import { isError, succeeds } from '../checks/response-checks.ts'
import { deleteRequest, listRequest, unknownId } from '../client/requests.ts'
import { type Probe, readProbe, sendAndCheck, writeProbe } from '../probe.ts'

const isInvalid = (param: string) => isError({ status: 400, param, code: 'invalid_value' })

const afterParameter = (id: string) => `after=${encodeURIComponent(id)}`

const rejectsDeletedCursor: Alternative = { override: { deleted_cursor: 'reject' }, checks: [isInvalid('after')] }

const repeatedParameter = (name: string, query: string): Probe =>
  readProbe(`${name}-repeated`, 'sibling', sendAndCheck(listRequest(query), [isInvalid(name)]))

export const cursorProbes: Probe[] = [
  {
    name: 'after-first',
    evidence: 'spec',
    minKeys: 2,
    async run(context) {
      const { ids, isComplete } = await context.existingKeys()
      const page = await context.send(listRequest(`?limit=${ids.length}&${afterParameter(ids[0] ?? '')}`))
      if (!isComplete) return evaluate(page, [succeeds, hasKeyCount(ids.length)])
      return evaluate(page, [succeeds, hasKeyIds(ids.slice(1), 'all keys but the first')])
    },
  },
  {
    name: 'after-descending',
    evidence: 'spec',
    minKeys: 2,
    async run(context) {
      const { ids } = await context.existingKeys()
      const page = await context.send(listRequest(`?order=desc&${afterParameter(ids[1] ?? '')}`))
      return evaluate(page, [succeeds, hasKeyIds(ids.slice(0, 1), 'the oldest key'), hasMore(false)])
    },
  },
  readProbe(
    'after-empty',
    'sdk',
    sendAndCheck(listRequest('?after=&limit=100'), async (context) => {
      const { ids } = await context.existingKeys()
      return [succeeds, hasKeyIds(ids, 'same keys as without the parameter')]
    }),
  ),
  readProbe(
    'after-unknown',
    'assumed',
    sendAndCheck(listRequest(`?${afterParameter(unknownId)}`), [isInvalid('after')]),
  ),
  readProbe('after-malformed', 'assumed', sendAndCheck(listRequest('?after=0'), [isInvalid('after')])),
  repeatedParameter('after', `?${afterParameter(unknownId)}&${afterParameter(unknownId)}`),
  repeatedParameter('limit', '?limit=1&limit=1'),
  repeatedParameter('order', '?order=asc&order=asc'),
  writeProbe('order-of-creation', 'assumed', async (context) => {
    const [first, second, third] = await context.threeKeys()
    const ascendingPage = await context.send(listRequest(`?limit=2&${afterParameter(first.id)}`))
    const descendingPage = await context.send(listRequest(`?limit=2&order=desc&${afterParameter(third.id)}`))
    const ascending = evaluate(ascendingPage, [
      succeeds,
      hasKeyIds([second.id, third.id], 'asc in the order of creation'),
    ])
    const descending = evaluate(descendingPage, [succeeds, hasKeyIds([second.id, first.id], 'desc in reverse order')])
    return { results: [...ascending.results, ...descending.results] }
  }),
  writeProbe('after-deleted', 'assumed', async (context) => {
    const [first, second, third] = await context.threeKeys()
    succeeds(await context.send(deleteRequest(second.id)))
    const ascendingPage = await context.send(listRequest(`?limit=1&${afterParameter(second.id)}`))
    const ascendingChecks = [succeeds, hasKeyIds([third.id], 'asc the key after it')]
    const ascending = evaluate(ascendingPage, ascendingChecks, [rejectsDeletedCursor])
    if (ascending.override !== undefined) return ascending
    const descendingPage = await context.send(listRequest(`?limit=1&order=desc&${afterParameter(second.id)}`))
    const descending = evaluate(descendingPage, [succeeds, hasKeyIds([first.id], 'desc the key before it')])
    return { results: [...ascending.results, ...descending.results] }
  }),
]
