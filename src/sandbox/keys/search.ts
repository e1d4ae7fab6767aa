import { toJson } from '../../openai-api/json-text.ts'
import { maxPageLength, step, UnknownCursor, untilObsolete } from '../search-steps.ts'
import type { SandboxState } from '../state.ts'
import { countKeys, countScope } from './count.ts'
import { endOfExpiring, type KeyCounts, type KeyType } from './key-state.ts'
import {
  type Criteria,
  firstPlace,
  isBefore,
  type KeyStream,
  type Order,
  type Place,
  positionQuery,
  scanQuery,
  startAfter,
  streamsOf,
} from './search-queries.ts'
import { type KeyReference, type KeyWithState, readKey } from './shown-key.ts'

export interface KeySearch extends Criteria {
  order: Order
  /** Where the page begins: the cursor of the previous page, or the id of the key before the page. */
  after: string | undefined
  limit: number
}

export interface KeyPage {
  data: KeyWithState[]
  /** The number of keys that match. */
  count: number
  /** The number of keys in each state, whatever state and filter are searched. */
  counts: KeyCounts
  /** The cursor of the next page; null after the last. */
  next: string | null
}

/** Returns one page of keys, in steps. Returns undefined if the state has been replaced meanwhile. Throws UnknownCursor. */
export const searchKeys = (state: SandboxState, search: KeySearch): Generator<void, KeyPage | undefined> =>
  untilObsolete(findPage(state, search))

function* findPage(state: SandboxState, search: KeySearch): Generator<void, KeyPage> {
  const now = state.clock.unix()
  const counts = yield* countScope(state, search, now)
  const matching = search.filter === undefined ? counts : (yield* countKeys(state, search, now)).counts
  const { active, expiring, expired } = matching
  const count = search.state === undefined ? active + expiring + expired : matching[search.state]
  // One key past the page tells whether another follows; after the last that matches, nothing needs to be read.
  const found = yield* findKeys(state, search, now, Math.min(count, search.limit + 1))
  const { keys, next } = yield* readPage(state, search, found)
  return { data: keys, count, counts, next }
}

/** Returns up to `wanted` keys from the start of a page on, merged from their streams. */
function* findKeys(
  state: SandboxState,
  search: KeySearch,
  now: number,
  wanted: number,
): Generator<void, KeyReference[]> {
  const start = startOf(state, search)
  const scans = streamsOf(search).map((stream) => createScan(state, search, stream, start, now))
  const found: KeyReference[] = []
  while (found.length < wanted) {
    for (const scan of scans) {
      while (scan.next === undefined && scan.readChunk()) yield* step(state.db)
    }
    const first = scans.reduce((one, other) => (precedes(other, one, search.order) ? other : one), scans[0])
    const key = first?.next
    if (first === undefined || key === undefined) break
    found.push({ type: key.type, id: key.id })
    first.advance()
  }
  return found
}

type FoundKey = Place & KeyReference

interface Scan {
  /** The next key that matches, if it has been read. */
  readonly next: FoundKey | undefined
  advance(): void
  /** Reads more keys; returns false after the last. */
  readChunk(): boolean
}

const precedes = (one: Scan, other: Scan | undefined, order: KeySearch['order']): boolean =>
  one.next !== undefined && (other?.next === undefined || isBefore(one.next, other.next, order))

function createScan({ db }: SandboxState, search: KeySearch, stream: KeyStream, start: Place, now: number): Scan {
  const { type } = stream
  const { order, filter, project_id } = search
  const query = db.prepare<[object], [position: bigint, id: string | null]>(scanQuery(stream, search, order))
  const rows = query.raw().safeIntegers()
  let place: bigint | undefined = startAfter(start, type, order)
  let keys: FoundKey[] = []
  let index = 0
  return {
    get next() {
      return keys[index]
    },
    advance() {
      index++
    },
    readChunk() {
      if (place === undefined) return false
      const chunk = rows.all({ place, now, soon: endOfExpiring(now), filter, project_id })
      keys = chunk.flatMap(([position, id]) => (id === null ? [] : { position, type, id }))
      index = 0
      place = chunk.at(-1)?.[0]
      return place !== undefined
    },
  }
}

// Distinguishes a project key in a cursor from the admin key with the same id.
const projectPrefix = 'project:'

function startOf({ db }: SandboxState, search: KeySearch): Place {
  const { after, order, type } = search
  if (after === undefined) return firstPlace[order]
  const find = (each: KeyType, id: string): Place | undefined => {
    if ((type ?? each) !== each) return undefined
    const position = db.prepare<[string], bigint>(positionQuery(each)).pluck().safeIntegers().get(id)
    return position === undefined ? undefined : { position, type: each }
  }
  const place = find('admin', after) ?? find('project', after)
  if (place !== undefined) return place
  const marked = after.startsWith(projectPrefix) ? find('project', after.slice(projectPrefix.length)) : undefined
  if (marked === undefined) throw new UnknownCursor()
  return marked
}

function cursorOf({ store }: SandboxState, { type }: KeySearch, key: KeyReference | undefined): string | null {
  if (key === undefined) return null
  const isAmbiguous = type === undefined && key.type === 'project' && store.adminApiKeys.byId(key.id) !== undefined
  return isAmbiguous ? projectPrefix + key.id : key.id
}

function* readPage(
  state: SandboxState,
  search: KeySearch,
  found: readonly KeyReference[],
): Generator<void, { keys: KeyWithState[]; next: string | null }> {
  const keys: KeyWithState[] = []
  let length = 0
  for (const [index, reference] of found.entries()) {
    if (index === search.limit || length > maxPageLength) {
      return { keys, next: cursorOf(state, search, found[index - 1]) }
    }
    const key = readKey(state, reference)
    // It may have been deleted since it was found.
    if (key !== undefined && (key.state === 'deleted') === (search.state === 'deleted')) {
      keys.push(key)
      length += toJson(key).length
    }
    yield* step(state.db)
  }
  return { keys, next: null }
}
