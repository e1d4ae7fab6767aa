import type { Database } from 'better-sqlite3'

interface Index {
  name: string
  sql: string
}

// The tables whose rows a seed can generate in large numbers.
const indexesOfLargeTables = `SELECT name, sql FROM sqlite_schema
  WHERE type = 'index' AND tbl_name IN ('admin_api_keys', 'project_api_keys', 'audit_events') ORDER BY rowid`

/**
 * Inserts many rows in one transaction, without the indexes of the large tables, and creates the indexes afterwards. Until then
 * nothing can be found by id or value, and a repeated one is an error only at the end. Rows have random ids and values: one by one,
 * each would change a random place of every index, which takes as long as the rest of an insert.
 */
export function loadInBulk(db: Database, insert: () => void): void {
  // Sorting must not need a temporary file: a container may have nowhere to write.
  const temporaryStore = db.pragma('temp_store', { simple: true })
  db.pragma('temp_store = MEMORY')
  const indexes = db.prepare<[], Index>(indexesOfLargeTables).all()
  db.transaction(() => {
    for (const { name } of indexes) db.exec(`DROP INDEX ${name}`)
    insert()
    for (const { sql } of indexes) db.exec(sql)
  })()
  db.pragma(`temp_store = ${temporaryStore}`)
}
