import type { Database } from 'better-sqlite3'
import type { AdminApiKey } from '../../openai-api/admin-api-keys/schemas.ts'
import type { KeyRow } from '../../openai-api/admin-api-keys/store.ts'
import { fromJson } from '../../openai-api/json-text.ts'
import type { SandboxState } from '../state.ts'
import {
  type CountedChunk,
  type Criteria,
  countQuery,
  endOfExpiring,
  firstPlace,
  firstPosition,
  type KeyState,
  placeQuery,
  scanQuery,
  stateOf,
} from './search-queries.ts'

export type KeyCounts = Record<KeyState, number>

/** A key as the API shows it, and its state by the sandbox's clock. */
export type KeyWithState = AdminApiKey & { state: KeyState }

export interface KeySearch extends Criteria {
  order: 'asc' | 'desc'
  /** Where the page begins: after the key with this id. */
  after: string | undefined
  limit: number
}

export interface KeyPage {
  data: KeyWithState[]
  /** The number of keys that match. */
  count: number
  /** The number of all keys in each state. */
  counts: KeyCounts
  /** The cursor of the next page; null after the last. */
  next: string | null
}

/** The cursor of a search is the id of no key. */
export class UnknownCursor extends Error {}

class ObsoleteState extends Error {}

// A page of long names ends early.
const maxPageLength = 4 * 1024 * 1024

/**
 * Returns one page of keys, in steps. Returns undefined if the state has been replaced meanwhile. Throws UnknownCursor.
 */
export function* searchKeys(state: SandboxState, search: KeySearch): Generator<void, KeyPage | undefined> {
  try {
    const now = state.clock.unix()
    const counts = yield* cachedCounts(state, now)
    const matching = search.filter === undefined ? counts : (yield* countKeys(state, now, search.filter)).counts
    const ids = yield* findIds(state, search, now)
    const { keys, next } = yield* readPage(state, search, ids, now)
    const { active, expiring, expired } = matching
    const count = search.state === undefined ? active + expiring + expired : matching[search.state]
    return { data: keys, count, counts, next }
  } catch (error) {
    if (error instanceof ObsoleteState) return undefined
    throw error
  }
}

/** Returns the key with that id, deleted ones included; undefined for an unknown id. */
export function findKey({ store, settings, clock }: SandboxState, id: string): KeyWithState | undefined {
  const row = store.adminApiKeys.byId(id, settings.behavior.redaction)
  return row && withState(row, clock.unix())
}

function withState({ json, deleted }: KeyRow, now: number): KeyWithState {
  const key = fromJson<AdminApiKey>(json)
  return { ...key, state: stateOf({ deleted, expires_at: key.expires_at }, now) }
}

function* step(db: Database): Generator<void> {
  yield
  if (!db.open) throw new ObsoleteState()
}

interface Counted {
  counts: KeyCounts
  /** When the state of a key changes next, in Unix seconds. */
  nextChange: number
}

const cache = new WeakMap<SandboxState, Counted & { revision: number; now: number }>()

/** Counts all keys again only if one was added or deleted, or the clock has passed an expiry or was set back. */
function* cachedCounts(state: SandboxState, now: number): Generator<void, KeyCounts> {
  const { revision } = state.store.adminApiKeys
  const cached = cache.get(state)
  if (cached?.revision === revision && cached.now <= now && now < cached.nextChange) return cached.counts
  const counted = yield* countKeys(state, now)
  cache.set(state, { ...counted, revision, now })
  return counted.counts
}

function* countKeys({ db }: SandboxState, now: number, filter?: string): Generator<void, Counted> {
  const chunks = db.prepare<[object], CountedChunk>(countQuery(filter))
  const counts = { active: 0, expiring: 0, expired: 0, deleted: 0 }
  let nextChange = Infinity
  for (let place: string | null = firstPosition; place !== null; yield* step(db)) {
    const chunk = chunks.get({ place, now, soon: endOfExpiring(now), filter })
    if (chunk === undefined) break
    for (const state of Object.keys(counts) as KeyState[]) counts[state] += chunk[state]
    nextChange = Math.min(nextChange, chunk.next_change ?? Infinity)
    place = chunk.last
  }
  return { counts, nextChange }
}

type ScannedRow = [place: string, id: string, matches: 0 | 1]

/** Returns the ids of the page, and of one key past it if there is one. */
function* findIds({ db }: SandboxState, search: KeySearch, now: number): Generator<void, string[]> {
  const rows = db.prepare<[object], ScannedRow>(scanQuery(search, search.order)).raw()
  const { filter, limit } = search
  const ids: string[] = []
  for (let place: string | undefined = startOf(db, search); place !== undefined; yield* step(db)) {
    const chunk: ScannedRow[] = rows.all({ place, now, soon: endOfExpiring(now), filter })
    for (const [, id, matches] of chunk) if (matches === 1) ids.push(id)
    if (ids.length > limit) return ids.slice(0, limit + 1)
    place = chunk.at(-1)?.[0]
  }
  return ids
}

function startOf(db: Database, { after, order }: KeySearch): string {
  if (after === undefined) return firstPlace[order]
  const place = db.prepare<[string], string>(placeQuery).pluck().get(after)
  if (place === undefined) throw new UnknownCursor()
  return place
}

function* readPage(
  { db, store, settings }: SandboxState,
  search: KeySearch,
  ids: readonly string[],
  now: number,
): Generator<void, { keys: KeyWithState[]; next: string | null }> {
  const keys: KeyWithState[] = []
  let length = 0
  for (const [index, id] of ids.entries()) {
    if (index === search.limit || length > maxPageLength) return { keys, next: ids[index - 1] ?? null }
    const row = store.adminApiKeys.byId(id, settings.behavior.redaction)
    // It may have been deleted since it was found.
    if (row !== undefined && (row.deleted === 1) === (search.state === 'deleted')) {
      keys.push(withState(row, now))
      length += row.json.length
    }
    yield* step(db)
  }
  return { keys, next: null }
}
