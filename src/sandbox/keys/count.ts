import { step, untilObsolete } from '../search-steps.ts'
import type { SandboxState } from '../state.ts'
import { endOfExpiring, type KeyCounts, type KeyState, keyStates } from './key-state.ts'
import {
  type CountedChunk,
  type Criteria,
  countQuery,
  firstPosition,
  type KeyScope,
  typesIn,
} from './search-queries.ts'

interface Counted {
  counts: KeyCounts
  /** When the state of a key changes next, in Unix seconds. */
  nextChange: number
}

interface CachedCount extends Counted {
  revision: string
  now: number
}

// An inspector shows one scope, or switches between a few.
const maxCachedScopes = 20

const caches = new WeakMap<SandboxState, Map<string, CachedCount>>()

const revisionOf = ({ store }: SandboxState): string =>
  [store.adminApiKeys, store.projectApiKeys, store.projects].map(({ revision }) => revision).join()

/** Counts the keys of a scope by state; again only if one may have changed, or the clock has passed an expiry or was set back. */
export function* countScope(state: SandboxState, scope: KeyScope, now: number): Generator<void, KeyCounts> {
  const cache = caches.get(state) ?? new Map<string, CachedCount>()
  caches.set(state, cache)
  const revision = revisionOf(state)
  const name = `${scope.type ?? ''}/${scope.project_id ?? ''}`
  const cached = cache.get(name)
  if (cached?.revision === revision && cached.now <= now && now < cached.nextChange) return cached.counts
  const counted = yield* countKeys(state, { ...scope, filter: undefined }, now)
  if (cache.size >= maxCachedScopes) cache.clear()
  cache.set(name, { ...counted, revision, now })
  return counted.counts
}

/** Returns the number of admin keys that are not deleted, in steps. Returns undefined if the state has been replaced meanwhile. */
export function* countListedKeys(state: SandboxState): Generator<void, number | undefined> {
  const scope = { type: 'admin', project_id: undefined } as const
  const counts = yield* untilObsolete(countScope(state, scope, state.clock.unix()))
  return counts && counts.active + counts.expiring + counts.expired
}

/** Counts the keys that match by state. */
export function* countKeys(
  { db }: SandboxState,
  criteria: KeyScope & Pick<Criteria, 'filter'>,
  now: number,
): Generator<void, Counted> {
  const counts: KeyCounts = { active: 0, expiring: 0, expired: 0, deleted: 0 }
  const { project_id, filter } = criteria
  let nextChange = Infinity
  for (const type of typesIn(criteria)) {
    const chunks = db.prepare<[object], CountedChunk>(countQuery(type, criteria)).safeIntegers()
    for (let place: bigint | null = firstPosition; place !== null; yield* step(db)) {
      const chunk = chunks.get({ place, now, soon: endOfExpiring(now), filter, project_id })
      if (chunk === undefined) break
      for (const state of keyStates satisfies readonly KeyState[]) counts[state] += Number(chunk[state])
      if (chunk.next_change !== null) nextChange = Math.min(nextChange, Number(chunk.next_change))
      place = chunk.last
    }
  }
  return { counts, nextChange }
}
