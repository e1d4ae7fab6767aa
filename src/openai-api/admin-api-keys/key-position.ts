// A position is the primary key of a key's row and its place in the list: the second of creation shifted left, plus the
// number of the key within that second; negative once the key is deleted (migrations/0001_initial.sql, decision 14).
// Positions exceed 2^53, so SQL computes them and JavaScript never reads one.

const numberBits = 25

/** The largest number of keys that one second can hold. */
export const maxKeysPerSecond = 2 ** numberBits - 1

/** SQL: the position of a new key. Parameters: the second, the number within it. */
export const newPosition = `(? << ${numberBits}) | ?`

/** SQL: the second in which the key of a row was created. */
export const positionSecond = `(abs(position) >> ${numberBits})`

const firstOfSecond = `(@created_at << ${numberBits})`
const lastOfSecond = `(${firstOfSecond} | ${maxKeysPerSecond})`

/** SQL: the highest number used within `@created_at`, by listed or deleted keys; 0 if there is none. */
export const lastNumberQuery = `SELECT ${maxKeysPerSecond} & max(
  coalesce((SELECT max(position) FROM admin_api_keys WHERE position BETWEEN ${firstOfSecond} AND ${lastOfSecond}), 0),
  coalesce((SELECT -min(position) FROM admin_api_keys WHERE position BETWEEN -${lastOfSecond} AND -${firstOfSecond}), 0))`

const positionOfCursor = (whenNull: string) =>
  `iif(? IS NULL, ${whenNull}, (SELECT abs(position) FROM admin_api_keys WHERE id = ?))`

/**
 * SQL: an expression for one page of keys after a cursor, or from the start if it is NULL. Deleted keys are valid cursors.
 * Parameters: the cursor's id, the same again, the limit. Each query is one range scan of the table. The cast is needed
 * because better-sqlite3 binds numbers as REAL, which makes every row of a LIMIT slower (3 µs a page of 20).
 */
export const pageQueries = (json: string) => ({
  asc: `SELECT ${json} FROM admin_api_keys WHERE position > ${positionOfCursor('0')} ORDER BY position LIMIT CAST(? AS INTEGER)`,
  desc: `SELECT ${json} FROM admin_api_keys WHERE position > 0 AND position < ${positionOfCursor('9223372036854775807')}
    ORDER BY position DESC LIMIT CAST(? AS INTEGER)`,
})
