// Reads the keys of a sandbox in chunks, each short enough that other requests need not wait. Positions exceed 2^53, so
// JavaScript passes them as text.

const secondsPerWeek = 7 * 24 * 60 * 60

/** What a key is by the sandbox's clock. */
export const keyStates = ['active', 'expiring', 'expired', 'deleted'] as const
export type KeyState = (typeof keyStates)[number]

/** When a key is expiring: within seven days. In Unix seconds. */
export const endOfExpiring = (now: number): number => now + secondsPerWeek

export function stateOf(key: { deleted: 0 | 1; expires_at: number | null }, now: number): KeyState {
  if (key.deleted) return 'deleted'
  const { expires_at } = key
  if (expires_at === null || expires_at > endOfExpiring(now)) return 'active'
  return expires_at > now ? 'expiring' : 'expired'
}

const stateConditions: Record<KeyState, string> = {
  active: '(expires_at IS NULL OR expires_at > @soon)',
  expiring: '(expires_at > @now AND expires_at <= @soon)',
  expired: 'expires_at <= @now',
  deleted: 'position < 0',
}

// Without the JSON, SQLite reads only the start of a row; a name can have a megabyte.
const cheapChunk = 1000
const filteredChunk = 16

const matchesFilter = `(instr(lower(id), lower(@filter)) > 0 OR instr(lower(json ->> '$.name'), lower(@filter)) > 0)`

export interface Criteria {
  state: KeyState | undefined
  /** A part of the name or the id; undefined for all keys. */
  filter: string | undefined
}

const chunkOf = ({ filter }: Criteria) => (filter === undefined ? cheapChunk : filteredChunk)

const conditionOf = ({ state, filter }: Criteria): string =>
  [
    ...(state === undefined ? [] : [stateConditions[state]]),
    ...(filter === undefined ? [] : [`coalesce(${matchesFilter}, 0)`]),
  ].join(' AND ') || '1'

type Order = 'asc' | 'desc'

const place = 'CAST(@place AS INTEGER)'
const afterPlace = {
  listed: {
    asc: `position > ${place} ORDER BY position`,
    desc: `position < ${place} AND position > 0 ORDER BY position DESC`,
  },
  deleted: {
    asc: `position < -${place} ORDER BY position DESC`,
    desc: `position > -${place} AND position < 0 ORDER BY position`,
  },
}

/** Where each order begins. */
export const firstPlace: Record<Order, string> = { asc: '0', desc: '9223372036854775807' }

/** SQL: the keys after `@place` in order, with the place of each and whether it matches. */
export const scanQuery = (criteria: Criteria, order: Order): string =>
  `SELECT CAST(abs(position) AS TEXT) AS place, id, ${conditionOf(criteria)} AS matches FROM admin_api_keys
   WHERE ${afterPlace[criteria.state === 'deleted' ? 'deleted' : 'listed'][order]} LIMIT ${chunkOf(criteria)}`

/** SQL: the place of the key with an id. */
export const placeQuery = 'SELECT CAST(abs(position) AS TEXT) FROM admin_api_keys WHERE id = ?'

/** Where counting begins. */
export const firstPosition = '-9223372036854775808'

export interface CountedChunk extends Record<KeyState, number> {
  /** Where the next chunk begins; null after the last key. */
  last: string | null
  /** When the state of a key changes next, in Unix seconds. */
  next_change: number | null
}

const countState = (state: KeyState): string =>
  `count(*) FILTER (WHERE ${state === 'deleted' ? '' : 'position > 0 AND '}${stateConditions[state]} AND matches) AS ${state}`

/** SQL: how many of the next keys, deleted ones included, are in each state. */
export const countQuery = (filter: string | undefined): string => {
  const criteria = { state: undefined, filter }
  return `WITH chunk AS (
     SELECT position, expires_at, ${conditionOf(criteria)} AS matches FROM admin_api_keys
     WHERE position > ${place} ORDER BY position LIMIT ${chunkOf(criteria)}
   )
   SELECT ${keyStates.map(countState).join(', ')}, CAST(max(position) AS TEXT) AS last,
     min(CASE WHEN position < 0 OR expires_at <= @now THEN NULL
              WHEN expires_at <= @soon THEN expires_at ELSE expires_at - ${secondsPerWeek} END) AS next_change
   FROM chunk`
}
