import type { Database } from 'better-sqlite3'

/** A search found that the state has been replaced since it began. */
class ObsoleteState extends Error {}

/** The cursor of a search is the id of nothing that it lists. */
export class UnknownCursor extends Error {}

/** A page of large objects ends early. */
export const maxPageLength = 4 * 1024 * 1024

/** Ends a step of a search, so that other requests may be processed. */
export function* step(db: Database): Generator<void> {
  yield
  if (!db.open) throw new ObsoleteState()
}

/** Runs the steps of a search. Returns undefined if the state has been replaced meanwhile. */
export function* untilObsolete<Page>(steps: Generator<void, Page>): Generator<void, Page | undefined> {
  try {
    return yield* steps
  } catch (error) {
    if (error instanceof ObsoleteState) return undefined
    throw error
  }
}
