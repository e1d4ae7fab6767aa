import type { Database } from 'better-sqlite3'

/** A search found that the state has been replaced since it began. */
export class ObsoleteState extends Error {}

/** Ends a step of a search, so that other requests may be processed. Throws ObsoleteState. */
export function* step(db: Database): Generator<void> {
  yield
  if (!db.open) throw new ObsoleteState()
}
