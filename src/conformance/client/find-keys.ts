import type { ProbeClient } from './client.ts'
import { listRequest } from './requests.ts'
import { type HttpResponse, idsOf, keysOf, textAt, valueAt } from './response.ts'

/** A limit for servers that paginate without end. */
const maxPages = 1000

/**
 * Returns the ids of all listed keys whose names start with `prefix`; `undefined` if the list cannot be read to its
 * end.
 */
export async function findKeysByNamePrefix(client: ProbeClient, prefix: string): Promise<string[] | undefined> {
  const found = new Set<string>()
  const cursors = new Set<string>()
  for (let after = ''; cursors.size < maxPages; ) {
    const cursor = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const page = await client.send(listRequest(`?limit=100&order=desc${cursor}`)).catch(() => undefined)
    if (page?.status !== 200) return undefined
    for (const id of matchingIds(page, prefix)) found.add(id)
    after = idsOf(page).at(-1) ?? ''
    if (after === '' || cursors.has(after) || valueAt(page.body, 'has_more') !== true) return [...found]
    cursors.add(after)
  }
  return undefined
}

const matchingIds = (page: HttpResponse, prefix: string): string[] =>
  keysOf(page)
    .filter((key) => textAt(key, 'name').startsWith(prefix) && textAt(key, 'id') !== '')
    .map((key) => textAt(key, 'id'))
