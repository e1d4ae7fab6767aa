import { checkThat } from '../checks/check-result.ts'
import { describeType } from '../checks/describe.ts'
import { evaluate } from '../checks/evaluate.ts'
import { hasKeyCount, hasKeyIds, hasMore } from '../checks/list-checks.ts'
import { type Check, hasFields, isCompact, succeeds } from '../checks/response-checks.ts'
import { listRequest } from '../client/requests.ts'
import { idsOf, keysOf, textAt, valueAt } from '../client/response.ts'
import { type Probe, readProbe, sendAndCheck } from '../probe.ts'

const emptyListJson = '{"object":"list","data":[],"first_id":null,"last_id":null,"has_more":false}'

export const listFields = ['object', 'data', 'first_id', 'last_id', 'has_more'] as const

export const isList: Check = ({ body }) => {
  const [object, data, more] = [valueAt(body, 'object'), valueAt(body, 'data'), valueAt(body, 'has_more')]
  const ok = object === 'list' && Array.isArray(data) && typeof more === 'boolean'
  const objectText = object === 'list' ? 'list' : describeType(object)
  return checkThat(ok, 'a list', `object ${objectText}, data ${describeType(data)}`)
}

export const hasFirstAndLastId: Check = (response) => {
  const [first, last] = [valueAt(response.body, 'first_id'), valueAt(response.body, 'last_id')]
  const ids = idsOf(response)
  const ok = first === (ids[0] ?? null) && last === (ids.at(-1) ?? null)
  return checkThat(ok, 'first_id and last_id of its data', 'other ids')
}

export const isEmptyList: Check = ({ text }) => checkThat(text === emptyListJson, 'the empty list', 'a different list')

export const listProbes: Probe[] = [
  readProbe('list', 'spec', sendAndCheck(listRequest(), [succeeds, hasFields(listFields), isList])),
  readProbe('list-ends', 'sdk', sendAndCheck(listRequest(), [succeeds, hasFirstAndLastId])),
  readProbe('list-compact', 'assumed', sendAndCheck(listRequest('?limit=2'), [succeeds, isCompact])),
  {
    name: 'list-default-limit',
    evidence: 'spec',
    minKeys: 21,
    run: sendAndCheck(listRequest(), [succeeds, hasKeyCount(20), hasMore(true)]),
  },
  {
    name: 'list-after-last',
    evidence: 'sibling',
    minKeys: 1,
    async run(context) {
      const newest = await context.send(listRequest('?order=desc&limit=1'))
      succeeds(newest)
      const lastId = textAt(keysOf(newest)[0], 'id')
      const page = await context.send(listRequest(`?after=${encodeURIComponent(lastId)}`))
      return evaluate(page, [succeeds, hasKeyCount(0), isEmptyList])
    },
  },
  readProbe(
    'list-unknown-parameter',
    'assumed',
    sendAndCheck(listRequest('?before=key_abc&foo=bar&limit=100'), async (context) => {
      const { ids } = await context.existingKeys()
      return [succeeds, hasKeyIds(ids, 'same keys as without the parameters')]
    }),
  ),
]
