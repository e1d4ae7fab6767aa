import { keysPath, type ProbeRequest, projectsPath } from './requests.ts'
import { type HttpResponse, keysOf, textAt, valueAt } from './response.ts'

/** A limit for servers that paginate without end. */
const maxPages = 1000

type Send = (request: ProbeRequest) => Promise<HttpResponse>

/**
 * Returns the ids of all listed keys whose names start with `prefix`; `undefined` if the list cannot be read to its
 * end.
 */
export const findKeysByNamePrefix = (send: Send, prefix: string): Promise<string[] | undefined> =>
  findIds(send, `${keysPath}?limit=100&order=desc`, prefix)

/** Returns the same of projects that are not archived. */
export const findProjectsByNamePrefix = (send: Send, prefix: string): Promise<string[] | undefined> =>
  findIds(send, `${projectsPath}?limit=100`, prefix)

/** Returns the ids of all projects, archived ones included; `undefined` if the list cannot be read to its end. */
export const findAllProjects = (send: Send): Promise<string[] | undefined> =>
  findIds(send, `${projectsPath}?limit=100&include_archived=true`, '')

async function findIds(send: Send, firstPage: string, prefix: string): Promise<string[] | undefined> {
  const found = new Set<string>()
  const cursors = new Set<string>()
  for (let after = ''; cursors.size < maxPages; ) {
    const cursor = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const page = await send({ method: 'GET', path: firstPage + cursor }).catch(() => undefined)
    if (page?.status !== 200 || !Array.isArray(valueAt(page.body, 'data'))) return undefined
    const items = keysOf(page)
    for (const item of items) if (textAt(item, 'name').startsWith(prefix)) found.add(textAt(item, 'id'))
    after = textAt(items.at(-1), 'id')
    if (after === '' || cursors.has(after) || valueAt(page.body, 'has_more') !== true) {
      found.delete('')
      return [...found]
    }
    cursors.add(after)
  }
  return undefined
}
