import type { AuditEvent } from '../../openai-api/audit-logs/schemas.ts'
import type { FilterColumn } from '../../openai-api/audit-logs/store.ts'
import { fromJson } from '../../openai-api/json-text.ts'
import { maxPageLength, step, UnknownCursor, untilObsolete } from '../search-steps.ts'
import type { SandboxState } from '../state.ts'

/** Which events: all criteria must match. */
export interface EventCriteria {
  type: string | undefined
  project_id: string | undefined
  /** The id of the key that acted, or of its owner. */
  actor_id: string | undefined
  actor_email: string | undefined
  resource_id: string | undefined
  /** A part of the type, an id or an email address. */
  filter: string | undefined
}

export interface EventSearch extends EventCriteria {
  /** Where the page begins: after the event with this id, which is newer. */
  after: string | undefined
  limit: number
}

export interface EventPage {
  /** Newest first. */
  data: AuditEvent[]
  /** The number of events that match. */
  count: number
  /** The cursor of the next page; null after the last. */
  next: string | null
}

// A chunk takes well below a turn; ids in seeds can be long, and a filter reads them.
const cheapChunk = 1000
const filteredChunk = 16

const columnsOf: Record<Exclude<keyof EventCriteria, 'filter'>, readonly FilterColumn[]> = {
  type: ['type'],
  project_id: ['project_id'],
  actor_id: ['actor_key_id', 'actor_id'],
  actor_email: ['actor_email'],
  resource_id: ['resource_id'],
}

const searchedTexts = ['id', ...Object.values(columnsOf).flat()]

/** SQL: whether an event matches. */
function conditionOf(criteria: EventCriteria): string {
  const equal = Object.entries(columnsOf)
    .filter(([name]) => criteria[name as keyof typeof columnsOf] !== undefined)
    .map(([name, columns]) => `(${columns.map((column) => `${column} = @${name}`).join(' OR ')})`)
  const contains = searchedTexts.map((text) => `instr(lower(${text}), lower(@filter)) > 0`)
  return [...equal, ...(criteria.filter === undefined ? [] : [`(${contains.join(' OR ')})`])].join(' AND ')
}

const latestPosition = 2n ** 63n - 1n

/** Returns one page of events, in steps. Returns undefined if the state has been replaced meanwhile. Throws UnknownCursor. */
export const searchEvents = (state: SandboxState, search: EventSearch): Generator<void, EventPage | undefined> =>
  untilObsolete(findPage(state, search))

function* findPage(state: SandboxState, search: EventSearch): Generator<void, EventPage> {
  const condition = conditionOf(search)
  const to = startOf(state, search)
  const { count, positions } =
    condition === '' ? newest(state, search, to) : yield* scan(state, search, to, `coalesce(${condition}, 0)`)
  yield* step(state.db)
  return { count, ...(yield* readPage(state, search, positions)) }
}

/** Returns the newest position of the page. */
function startOf({ store }: SandboxState, { after }: EventSearch): bigint {
  if (after === undefined) return latestPosition
  const position = store.auditLogs.positionOf(after)
  if (position === undefined) throw new UnknownCursor()
  return position - 1n
}

interface Found {
  count: number
  /** Those of the page, and of one event past it if there is one. */
  positions: bigint[]
}

function newest({ db, store }: SandboxState, { limit }: EventSearch, to: bigint): Found {
  // SQLite counts by the pages of an index: 5 ms for a million.
  const count = db.prepare<[], number>('SELECT count(*) FROM audit_events').pluck().get() ?? 0
  return { count, positions: store.auditLogs.positions({ from: 0n, to }, limit + 1) }
}

/** Reads all events, because only that tells how many match. */
function* scan({ db }: SandboxState, search: EventSearch, to: bigint, condition: string): Generator<void, Found> {
  const { filter, limit } = search
  const size = filter === undefined ? cheapChunk : filteredChunk
  const rows = db
    .prepare<[object], [position: bigint, matches: bigint]>(
      `SELECT position, ${condition} FROM audit_events WHERE position < @place ORDER BY position DESC LIMIT ${size}`,
    )
    .raw()
    .safeIntegers()
  const found: Found = { count: 0, positions: [] }
  for (let place: bigint | undefined = latestPosition; place !== undefined; yield* step(db)) {
    const chunk: [bigint, bigint][] = rows.all({ ...search, place })
    for (const [position, matches] of chunk) {
      if (matches === 0n) continue
      found.count++
      if (position <= to && found.positions.length <= limit) found.positions.push(position)
    }
    place = chunk.at(-1)?.[0]
  }
  return found
}

function* readPage(
  { db, store }: SandboxState,
  { limit }: EventSearch,
  positions: readonly bigint[],
): Generator<void, Pick<EventPage, 'data' | 'next'>> {
  const data: AuditEvent[] = []
  let length = 0
  for (const position of positions) {
    if (data.length === limit || length > maxPageLength) return { data, next: data.at(-1)?.id ?? null }
    const event = store.auditLogs.at(position)
    if (event !== undefined) {
      data.push(fromJson<AuditEvent>(event.json))
      length += event.json.length
    }
    yield* step(db)
  }
  return { data, next: null }
}
