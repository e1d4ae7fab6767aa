import type { Database } from 'better-sqlite3'
import { LazyStatement } from '../database/lazy-statement.ts'
import { lastNumberQuery, maxPerSecond, type PageQuery, pageQueries } from './positions.ts'

/**
 * Returns a function that returns the number of the next object created in a second, counting deleted objects too, or of the first
 * of the next `count`.
 */
export function createPositionCounter(db: Database, table: string): (created_at: number, count?: number) => number {
  const lastNumber = new LazyStatement<[{ created_at: number }], number>(db, lastNumberQuery(table)).pluck()
  // It only grows: a rollback leaves a gap, and nothing else writes to the table.
  let latest = { created_at: -1, number: 0 }
  return (created_at, count = 1) => {
    if (latest.created_at !== created_at || latest.number > maxPerSecond - count) {
      latest = { created_at, number: lastNumber.get({ created_at }) ?? 0 }
    }
    const last = latest.number + count
    if (last > maxPerSecond) throw new Error(`one second can hold at most ${maxPerSecond} rows of ${table}`)
    latest.number = last
    return last - count + 1
  }
}

/** A page of one list, in ascending order: up to `limit` rows after the cursor. `scope` are the parameters of its `where`. */
export type PageOf<Row> = (scope: readonly string[], after: string | null, limit: number) => Row[]

/** Prepares the reading of the pages that `query` describes, whose `cursorWhere` takes the first parameter of its `where`. */
export function preparePages<Row>(db: Database, query: PageQuery): PageOf<Row> {
  const page = new LazyStatement<(string | number | null)[], Row>(db, pageQueries(query).asc)
  const hasScopedCursor = query.cursorWhere !== undefined
  return (scope, after, limit) => page.all(...scope, after, after, ...(hasScopedCursor ? scope.slice(0, 1) : []), limit)
}
