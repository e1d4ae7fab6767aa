import type { Database } from 'better-sqlite3'

/** Takes steps in one transaction: all of them, or none if one throws. Nothing else must use the database meanwhile. */
export function* inTransaction(db: Database, steps: Generator<void>): Generator<void> {
  db.exec('BEGIN')
  try {
    yield* steps
    db.exec('COMMIT')
  } finally {
    if (db.open && db.inTransaction) db.exec('ROLLBACK')
  }
}
