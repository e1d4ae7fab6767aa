import type { AuditStore, Direction, EventFilter, EventRow, FilterColumn, PositionRange } from './store.ts'

// Each jump takes about 8 µs. A search that needs more has filters whose events alternate, and a scan is faster then.
const maxJumps = 4000

export interface EventSearch {
  /** All must match. */
  filters: readonly EventFilter[]
  range: PositionRange
  /** From which end of the range. */
  direction: Direction
  limit: number
}

/**
 * Returns the first events that match. Each filter is a sorted list of positions in an index; their intersection is found by
 * jumping in turn to the next position that each has (a leapfrog join), so a page costs the same however many events there are.
 */
export function searchEvents(store: AuditStore, { filters, range, direction, limit }: EventSearch): EventRow[] {
  if (filters.length === 0) return store.page(range, direction, limit)
  store.ensureIndexes(filters.flatMap(({ columns }) => columns))
  const cursors = filters.map((filter) => createCursor(store, filter, direction))
  const events: EventRow[] = []
  let jumps = 0
  const countJump = () => ++jumps <= maxJumps
  let remaining: PositionRange | undefined = range
  while (remaining !== undefined && events.length < limit) {
    const position = firstCommonPosition(cursors, remaining, direction, countJump)
    if (position === 'too far') {
      return [...events, ...store.scan(remaining, direction, limit - events.length, filters)]
    }
    const event = position === undefined ? undefined : store.at(position)
    if (event === undefined) break
    events.push(event)
    remaining = rangeAfter(remaining, event.position, direction)
  }
  return events
}

/** Returns the first position of a range that matches a filter. */
type Cursor = (range: PositionRange) => bigint | undefined

const isEmpty = ({ from, to }: PositionRange) => from > to

const rangeAt = (range: PositionRange, position: bigint, direction: Direction): PositionRange =>
  direction === 'older' ? { from: range.from, to: position } : { from: position, to: range.to }

function rangeAfter(range: PositionRange, position: bigint, direction: Direction): PositionRange | undefined {
  const rest = rangeAt(range, direction === 'older' ? position - 1n : position + 1n, direction)
  return isEmpty(rest) ? undefined : rest
}

function firstCommonPosition(
  cursors: readonly Cursor[],
  range: PositionRange,
  direction: Direction,
  countJump: () => boolean,
): bigint | undefined | 'too far' {
  let agreeing = 0
  let rest = range
  let candidate: bigint | undefined
  for (let index = 0; agreeing < cursors.length; index = (index + 1) % cursors.length) {
    if (!countJump()) return 'too far'
    const position = cursors[index]?.(rest)
    if (position === undefined) return undefined
    agreeing = position === candidate ? agreeing + 1 : 1
    candidate = position
    rest = rangeAt(rest, position, direction)
  }
  return candidate
}

/** Reads the positions of several values in one order; each value's next position is looked up only once it has been passed. */
function createCursor(store: AuditStore, { columns, values }: EventFilter, direction: Direction): Cursor {
  type Head = { column: FilterColumn; value: string; position: bigint | undefined; isRead: boolean }
  let heads: Head[] = columns.flatMap((column) =>
    [...new Set(values)].map((value) => ({ column, value, position: undefined, isRead: false })),
  )
  const isBefore = (one: bigint, other: bigint) => (direction === 'older' ? one > other : one < other)
  const startOf = ({ from, to }: PositionRange) => (direction === 'older' ? to : from)
  return (range) => {
    const start = startOf(range)
    let first: bigint | undefined
    for (const head of heads) {
      if (!head.isRead || (head.position !== undefined && isBefore(head.position, start))) {
        head.position = store.nearest(head.column, head.value, range, direction)
        head.isRead = true
      }
      if (head.position !== undefined && (first === undefined || isBefore(head.position, first))) first = head.position
    }
    // A value without a position has none further on either.
    heads = heads.filter(({ position }) => position !== undefined)
    return first
  }
}
