import type { Behavior } from '../behavior.ts'
import * as errors from '../errors/catalogue.ts'

export const defaultLimit = 20
export const maxLimit = 100

/** A list as a store reads it. */
export interface ListSource<Row> {
  /** What an error calls an object of the list, such as `admin API key`. */
  noun: string
  /** Returns up to `limit` rows after the object with the id `after`; none if that id was never issued. */
  page: (after: string | null, limit: number) => Row[]
  /** Returns whether the list has, or had, an object with that id. */
  find: (id: string) => { deleted: 0 | 1 } | undefined
}

export interface Page<Row> {
  rows: Row[]
  hasMore: boolean
}

/** The parameters of a page that every list has. */
export interface PageRequest {
  after?: string | undefined
  limit?: number | undefined
}

/** Reads one page by the rules that all lists share. Throws the API's error for an invalid cursor or limit. */
export function readPage<Row>(
  source: ListSource<Row>,
  { after, limit = defaultLimit }: PageRequest,
  behavior: Behavior,
): Page<Row> {
  const size = pageSize(limit, behavior)
  // Node's client sends an empty `after` for null. One row past the page tells whether another page follows.
  const cursor = after || null
  const rows = source.page(cursor, size + 1)
  // The page is empty after the last object and after an id that was never issued: only the latter is an error.
  if (cursor !== null && (rows.length === 0 || rejectsDeleted(behavior))) assertValidCursor(source, cursor, behavior)
  return { rows: rows.slice(0, size), hasMore: rows.length > size }
}

/** Returns the size of a page; `limit` is clamped or rejected by the behavior. */
export function pageSize(limit: number, behavior: Behavior): number {
  assertValidLimit(limit, behavior)
  return Math.min(Math.max(limit, 1), maxLimit)
}

/** Throws the API's error for a limit that the behavior rejects. */
export function assertValidLimit(limit: number | undefined, { limit_out_of_range }: Behavior): void {
  if (limit === undefined || limit_out_of_range !== 'reject') return
  if (limit < 1) throw errors.integerBelowMinimum('limit', 1, limit)
  if (limit > maxLimit) throw errors.integerAboveMaximum('limit', maxLimit, limit)
}

const rejectsDeleted = ({ deleted_cursor }: Behavior) => deleted_cursor === 'reject'

function assertValidCursor({ find, noun }: ListSource<unknown>, after: string, behavior: Behavior): void {
  const row = find(after)
  if (row === undefined) throw errors.unknownCursor('after', after, noun, `cursor_never_issued; after=${after}`)
  if (row.deleted && rejectsDeleted(behavior)) {
    const reason = `cursor_deleted; after=${after}; behavior=deleted_cursor:reject`
    throw errors.unknownCursor('after', after, noun, reason)
  }
}

/** A page of objects as the API returns it. */
export interface ListResponse<Item> {
  object: 'list'
  data: Item[]
  first_id: string | null
  last_id: string | null
  has_more: boolean
}

export const toListResponse = <Item extends { id: string }>(data: Item[], hasMore: boolean): ListResponse<Item> => ({
  object: 'list',
  data,
  first_id: data[0]?.id ?? null,
  last_id: data.at(-1)?.id ?? null,
  has_more: hasMore,
})
