// A position is the primary key of an object's row and its place in the list of its kind: the second of creation shifted left,
// plus the number of the object within that second; negative once the object is deleted (migrations/0001_initial.sql,
// decision 14). Positions exceed 2^53, so SQL computes them and JavaScript never reads one as a number.

const numberBits = 25

/** The largest number of objects of one kind that one second can hold. */
export const maxPerSecond = 2 ** numberBits - 1

/** SQL: the position of an object that is not deleted, from the SQL of its second and of its number within it. */
export const positionOf = (second: string, number: string): string => `(${second} << ${numberBits}) | ${number}`

/** SQL: the position of a new object. Parameters: the second, the number within it. */
export const newPosition = positionOf('?', '?')

/** SQL: the position of a new object that may be deleted already. Parameters: whether it is, the second, the number within it. */
export const newPositionOrDeleted = `iif(?, -1, 1) * (${newPosition})`

/** SQL: the second in which the object of a row was created. */
export const positionSecond = `(abs(position) >> ${numberBits})`

/** Returns the position before every object of a second; Unix seconds from 0 to the year 9999. */
export const startOfSecond = (second: bigint): bigint => second << BigInt(numberBits)

const firstOfSecond = `(@created_at << ${numberBits})`
const lastOfSecond = `(${firstOfSecond} | ${maxPerSecond})`

/** SQL: the highest number used within `@created_at`, by listed or deleted objects; 0 for an empty second. */
export const lastNumberQuery = (table: string): string => `SELECT ${maxPerSecond} & max(
  coalesce((SELECT max(position) FROM ${table} WHERE position BETWEEN ${firstOfSecond} AND ${lastOfSecond}), 0),
  coalesce((SELECT -min(position) FROM ${table} WHERE position BETWEEN -${lastOfSecond} AND -${firstOfSecond}), 0))`

export interface PageQuery {
  table: string
  /** SQL: what a row consists of. */
  columns: string
  /** SQL: which rows the list has besides, such as those of one project; its parameters come first. */
  where?: string
  /** SQL: where cursors are valid; its parameters come after the cursor's. Without it, every id of the table is. */
  cursorWhere?: string
}

const positionOfCursor = ({ table, cursorWhere }: PageQuery, whenNull: string) => {
  const scope = cursorWhere === undefined ? '' : ` AND ${cursorWhere}`
  return `iif(? IS NULL, ${whenNull}, (SELECT abs(position) FROM ${table} WHERE id = ?${scope}))`
}

/**
 * SQL: one page of rows after a cursor, or from the start if it is NULL. Deleted objects are valid cursors. Parameters: the
 * cursor's id, the same again, the limit. Each query is one range scan. The cast is needed because better-sqlite3 binds
 * numbers as REAL, which makes every row of a LIMIT slower (3 µs a page of 20).
 */
export function pageQueries(query: PageQuery): { asc: string; desc: string } {
  const { table, columns, where } = query
  const scope = where === undefined ? '' : `${where} AND `
  const select = `SELECT ${columns} FROM ${table} WHERE ${scope}`
  return {
    asc: `${select}position > ${positionOfCursor(query, '0')} ORDER BY position LIMIT CAST(? AS INTEGER)`,
    desc: `${select}position > 0 AND position < ${positionOfCursor(query, '9223372036854775807')}
    ORDER BY position DESC LIMIT CAST(? AS INTEGER)`,
  }
}
