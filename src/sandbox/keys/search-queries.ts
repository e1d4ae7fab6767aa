import { type KeyState, type KeyType, keyStates, keyTypes, nextStateChange, stateConditions } from './key-state.ts'

// Reads the keys of a sandbox in chunks, each short enough that other requests need not wait. Positions exceed 2^53, so
// JavaScript reads them as bigint.

// Without names and JSON, SQLite reads only the start of a row; a name can have a megabyte.
const cheapChunk = 1000
const filteredChunk = 16

/** Which keys. */
export interface KeyScope {
  /** Undefined for both. */
  type: KeyType | undefined
  /** Only keys of this project. */
  project_id: string | undefined
}

export interface Criteria extends KeyScope {
  state: KeyState | undefined
  /** A part of the name or the id; undefined for all keys. */
  filter: string | undefined
}

/** Returns the kinds of keys that can be in a scope. */
export const typesIn = ({ type, project_id }: KeyScope): KeyType[] =>
  keyTypes.filter((each) => (type ?? each) === each && (project_id === undefined || each === 'project'))

const chunkOf = ({ filter }: Pick<Criteria, 'filter'>) => (filter === undefined ? cheapChunk : filteredChunk)

interface KeyTable {
  name: string
  /** SQL: whether a key counts as deleted although its position is positive. */
  deletedOtherwise: string
  /** SQL: the texts in which a filter finds a part. */
  texts: readonly string[]
}

const ofProject = `(SELECT name FROM projects WHERE projects.id = project_id)`
const ofAccount = `(SELECT name FROM service_accounts WHERE service_accounts.id = service_account_id)`

const tables: Record<KeyType, KeyTable> = {
  admin: { name: 'admin_api_keys', deletedOtherwise: '0', texts: ['id', `json ->> '$.name'`] },
  project: {
    name: 'project_api_keys',
    // Without INDEXED BY, SQLite would read the row of the project, whose name can be long.
    deletedOtherwise: `EXISTS (SELECT 1 FROM projects INDEXED BY archived_projects
      WHERE projects.id = project_id AND archived_at IS NOT NULL)`,
    texts: [
      ...['id', 'name', 'project_id', ofProject, 'service_account_id', ofAccount],
      ...['id', 'name', 'email'].map((field) => `user ->> '$.${field}'`),
    ],
  },
}

const matchesFilter = ({ texts }: KeyTable): string =>
  `coalesce(${texts.map((text) => `instr(lower(${text}), lower(@filter)) > 0`).join(' OR ')}, 0)`

export type Order = 'asc' | 'desc'

/** The keys of a kind whose positions are positive, or negative. */
export interface KeyStream {
  type: KeyType
  isNegative: boolean
  /** SQL: which of them belong to the list. */
  condition: string
}

/** Returns the streams of keys that a list with these criteria merges. */
export function streamsOf(criteria: Criteria): KeyStream[] {
  const { state } = criteria
  return typesIn(criteria).flatMap((type) => {
    const { deletedOtherwise } = tables[type]
    if (state === 'deleted') {
      const deleted = { type, isNegative: true, condition: '1' }
      return deletedOtherwise === '0' ? [deleted] : [deleted, { type, isNegative: false, condition: deletedOtherwise }]
    }
    const conditions = [`NOT ${deletedOtherwise}`, ...(state === undefined ? [] : [stateConditions[state]])]
    return [{ type, isNegative: false, condition: conditions.join(' AND ') }]
  })
}

function afterPlace(isNegative: boolean, order: Order): string {
  if (order === 'asc')
    return isNegative ? 'position < -@place ORDER BY position DESC' : 'position > @place ORDER BY position'
  return isNegative
    ? 'position > -@place AND position < 0 ORDER BY position'
    : 'position < @place AND position > 0 ORDER BY position DESC'
}

const scopeCondition = ({ project_id }: KeyScope) => (project_id === undefined ? '' : 'project_id = @project_id AND ')

/** SQL: the next keys of a stream, with the place of each and, if it matches, its id. */
export function scanQuery({ type, isNegative, condition }: KeyStream, criteria: Criteria, order: Order): string {
  const filter = criteria.filter === undefined ? '' : ` AND ${matchesFilter(tables[type])}`
  return `SELECT abs(position), iif(${condition}${filter}, id, NULL) FROM ${tables[type].name}
    WHERE ${scopeCondition(criteria)}${afterPlace(isNegative, order)} LIMIT ${chunkOf(criteria)}`
}

/** A place in the list of all keys. Of two keys with the same position, the admin key comes first. */
export interface Place {
  position: bigint
  type: KeyType
}

/** Where each order begins. */
export const firstPlace: Record<Order, Place> = {
  asc: { position: 0n, type: 'project' },
  desc: { position: 2n ** 63n - 1n, type: 'admin' },
}

/** Returns what the keys of a kind must be past to be past a place. */
export function startAfter({ position, type: placeType }: Place, type: KeyType, order: Order): bigint {
  if (type === placeType) return position
  if (order === 'asc') return placeType === 'admin' ? position - 1n : position
  return placeType === 'project' ? position + 1n : position
}

export function isBefore(one: Place, other: Place, order: Order): boolean {
  if (one.position !== other.position) return one.position < other.position === (order === 'asc')
  return (one.type === 'admin') === (order === 'asc')
}

/** SQL: the position of the key of a kind with an id. */
export const positionQuery = (type: KeyType): string => `SELECT abs(position) FROM ${tables[type].name} WHERE id = ?`

/** Where counting begins. */
export const firstPosition = -(2n ** 63n)

export interface CountedChunk extends Record<KeyState, bigint> {
  /** Where the next chunk begins; null after the last key. */
  last: bigint | null
  /** When the state of a key changes next, in Unix seconds. */
  next_change: bigint | null
}

const countState = (state: KeyState): string =>
  `count(*) FILTER (WHERE matches AND ${state === 'deleted' ? 'deleted' : `NOT deleted AND ${stateConditions[state]}`}) AS ${state}`

/** SQL: how many of the next keys of a kind, deleted ones included, are in each state. */
export function countQuery(type: KeyType, criteria: Pick<Criteria, 'project_id' | 'filter'>): string {
  const table = tables[type]
  const scope = scopeCondition({ type, project_id: criteria.project_id })
  return `WITH chunk AS (
     SELECT position, expires_at, position < 0 OR ${table.deletedOtherwise} AS deleted,
       ${criteria.filter === undefined ? '1' : matchesFilter(table)} AS matches
     FROM ${table.name} WHERE ${scope}position > @place ORDER BY position LIMIT ${chunkOf(criteria)}
   )
   SELECT ${keyStates.map(countState).join(', ')}, max(position) AS last,
     min(CASE WHEN NOT deleted THEN ${nextStateChange} END) AS next_change
   FROM chunk`
}
