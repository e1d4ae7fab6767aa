import { checkThat, Mismatch, NotApplicable } from '../checks/check-result.ts'
import { evaluate } from '../checks/evaluate.ts'
import { hasKeyCount, hasKeyIds, hasMore } from '../checks/list-checks.ts'
import { succeeds } from '../checks/response-checks.ts'
import { listRequest } from '../client/requests.ts'
import { idsOf, keysOf } from '../client/response.ts'
import type { Probe } from '../probe.ts'
import type { ProbeContext } from '../probe-context.ts'

/** Reads the existing keys in about three pages, as SDK iterators do. Returns the ids in the order of the pages. */
async function readAllPages(context: ProbeContext): Promise<string[]> {
  const { ids, isComplete } = await context.existingKeys()
  const limit = Math.ceil(ids.length / 3)
  const readIds: string[] = []
  for (let after = ''; readIds.length < ids.length; after = readIds.at(-1) ?? '') {
    const cursor = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const page = await context.send(listRequest(`?limit=${limit}${cursor}`))
    succeeds(page)
    if (keysOf(page).length === 0) throw new Mismatch('every key once', 'a page without keys')
    readIds.push(...idsOf(page))
    const isLastPage = isComplete && readIds.length >= ids.length
    const { ok, expected, actual } = hasMore(!isLastPage)(page)
    if (!ok) throw new Mismatch(expected, actual)
  }
  return readIds
}

export const paginationProbes: Probe[] = [
  {
    name: 'list-has-more',
    evidence: 'spec',
    minKeys: 2,
    async run(context) {
      const { ids } = await context.existingKeys()
      const page = await context.send(listRequest(`?limit=${ids.length - 1}`))
      return evaluate(page, [succeeds, hasKeyIds(ids.slice(0, -1), 'all keys but one'), hasMore(true)])
    },
  },
  {
    name: 'list-has-no-more',
    evidence: 'spec',
    minKeys: 1,
    async run(context) {
      const { ids, isComplete } = await context.existingKeys()
      if (!isComplete) throw new NotApplicable('requires at most 100 keys')
      const page = await context.send(listRequest(`?limit=${ids.length}`))
      return evaluate(page, [succeeds, hasKeyIds(ids, 'all keys'), hasMore(false)])
    },
  },
  {
    name: 'list-more-than-hundred',
    evidence: 'sdk',
    minKeys: 1,
    async run(context) {
      const { ids, isComplete } = await context.existingKeys()
      if (isComplete) throw new NotApplicable('requires more than 100 keys')
      const page = await context.send(listRequest(`?limit=1&after=${encodeURIComponent(ids.at(-1) ?? '')}`))
      return evaluate(page, [succeeds, hasKeyCount(1)])
    },
  },
  {
    name: 'list-all-pages',
    evidence: 'sdk',
    minKeys: 2,
    async run(context) {
      const { ids } = await context.existingKeys()
      const readIds = await readAllPages(context)
      const ok = readIds.slice(0, ids.length).join('\n') === ids.join('\n')
      return { results: [checkThat(ok, 'every key once', 'different keys or order')] }
    },
  },
]
