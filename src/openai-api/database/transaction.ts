import type { Database } from 'better-sqlite3'
import { LazyStatement } from './lazy-statement.ts'

/** Runs an action completely or, if it throws, not at all; also within another transaction. */
export type Transact = <Result>(action: () => Result) => Result

/** Does what `db.transaction` does, which prepares nine statements. */
export function createTransact(db: Database): Transact {
  const prepare = (sql: string) => new LazyStatement(db, sql)
  const outermost = { begin: prepare('BEGIN'), end: prepare('COMMIT'), undo: prepare('ROLLBACK') }
  const nested = {
    begin: prepare('SAVEPOINT nested'),
    end: prepare('RELEASE nested'),
    undo: prepare('ROLLBACK TO nested'),
  }
  return (action) => {
    const { begin, end, undo } = db.inTransaction ? nested : outermost
    begin.run()
    try {
      const result = action()
      end.run()
      return result
    } catch (error) {
      // SQLite may have rolled back by itself, such as when the disk is full. A savepoint remains after a rollback to it.
      if (db.inTransaction) undo.run()
      if (db.inTransaction && undo === nested.undo) end.run()
      throw error
    }
  }
}
