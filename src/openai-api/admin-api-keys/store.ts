import type { Database, Statement } from 'better-sqlite3'
import type { Behavior } from '../behavior.ts'
import { LazyStatement } from '../database/lazy-statement.ts'
import { jsonColumns, type Mask } from '../keys/redacted-value.ts'
import { newPositionOrDeleted, pageQueries } from '../lists/positions.ts'
import { createPositionCounter } from '../lists/store.ts'
import { chunkParameters, insertChunk, type KeyChunk, type KeySeries } from './key-series.ts'

/** A key as the operations read it. */
export interface KeyRow {
  deleted: 0 | 1
  /** The key as the API returns it. */
  json: string
}

/** The columns that decide whether a value authenticates. Times in Unix seconds. */
export interface CredentialRow {
  kind: 'admin'
  id: string
  expires_at: number | null
  last_used_at: number | null
  deleted: 0 | 1
  /** A JSON array; null for all. */
  scopes: string | null
}

export type NewKeyRow = KeyRow &
  Omit<CredentialRow, 'kind'> & { created_at: number; value_sha256: string; mask: Mask | null }

/** A key with all that is needed to recreate it elsewhere. */
export type StoredKeyRow = KeyRow & Pick<CredentialRow, 'scopes'> & { value_sha256: string }

// Rarely needed, so they are prepared on use.
const idsBetween = `SELECT id FROM admin_api_keys WHERE id >= ? AND id < ?`
const maxInsertionOrderOfChunk = `SELECT max(insertion_order) AS max, CAST(max(position) AS TEXT) AS last FROM (
    SELECT position, insertion_order FROM admin_api_keys WHERE position > CAST(? AS INTEGER) ORDER BY position LIMIT 2000
  )`
// Exceeds 2^53.
const lowestPosition = '-9223372036854775808'

type Redaction = Behavior['redaction']

const readQueries = (redaction: Redaction) => {
  const json = jsonColumns[redaction]
  return {
    byId: `SELECT position < 0 AS deleted, ${json} AS json FROM admin_api_keys WHERE id = ?`,
    page: pageQueries({ table: 'admin_api_keys', columns: json }),
    all: `SELECT lower(hex(value_sha256)) AS value_sha256, position < 0 AS deleted, ${json} AS json, scopes
      FROM admin_api_keys ORDER BY insertion_order`,
  }
}

const queries = { documented: readQueries('documented'), masked: readQueries('masked') }

/** Reads keys as the API returns them with one value of the behavior. */
function prepareReads(db: Database, redaction: Redaction) {
  const { byId, page, all } = queries[redaction]
  const preparePage = (query: string) =>
    new LazyStatement<[string | null, string | null, number], string>(db, query).pluck()
  return {
    byId: new LazyStatement<[string], KeyRow>(db, byId),
    page: { asc: preparePage(page.asc), desc: preparePage(page.desc) },
    all: new LazyStatement<[], StoredKeyRow>(db, all),
  }
}

const insertion = `INSERT INTO admin_api_keys
    (position, insertion_order, id, value_sha256, expires_at, last_used_at, json, value_length, fourth_last, scopes)
  VALUES (${newPositionOrDeleted}, ?, ?, unhex(?), ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO NOTHING`

/** Reads and writes the table of keys. Deleted keys stay in it: `byId` and `byDigest` return them too. */
export function createKeyStore(db: Database) {
  const documented = prepareReads(db, 'documented')
  let masked: typeof documented | undefined
  function reads(redaction: Redaction) {
    if (redaction === 'documented') return documented
    masked ??= prepareReads(db, redaction)
    return masked
  }
  const byDigest = new LazyStatement<[string], CredentialRow>(
    db,
    `SELECT 'admin' AS kind, id, expires_at, last_used_at, position < 0 AS deleted, scopes
     FROM admin_api_keys WHERE value_sha256 = unhex(?)`,
  )
  const nextNumber = createPositionCounter(db, 'admin_api_keys')
  const maxInsertionOrder = new LazyStatement<[], number | null>(
    db,
    `SELECT max(insertion_order) FROM admin_api_keys`,
  ).pluck()
  const insert = new LazyStatement<(number | string | null)[]>(db, insertion)
  const setDeleted = new LazyStatement<[string]>(db, `UPDATE admin_api_keys SET position = -abs(position) WHERE id = ?`)
  // better-sqlite3 binds numbers as REAL; without the cast the JSON would read 1.0.
  const setLastUsed = new LazyStatement<[{ id: string; at: number }]>(
    db,
    `UPDATE admin_api_keys
     SET last_used_at = @at, json = json_set(json, '$.last_used_at', CAST(@at AS INTEGER)) WHERE id = @id`,
  )
  // The plus makes SQLite scan the index of ids, which is smaller than the table.
  const count = new LazyStatement<[], number>(db, `SELECT count(*) FROM admin_api_keys WHERE +position > 0`).pluck()

  // It only grows: a rollback leaves a gap, and no other store writes here.
  let insertionOrder: number | undefined
  let revision = 0
  let insertSeries: Statement<[object]> | undefined

  /** Returns the insertion order of the first of the next `count` keys. Only the first insert scans the table. */
  function takeInsertionOrder(count: number): number {
    const last = insertionOrder ?? maxInsertionOrder.get() ?? 0
    insertionOrder = last + count
    return last + 1
  }

  // Clients send the same key again and again, so the row of the last caller is kept until it changes.
  let cachedCaller: { sha256: string; row: CredentialRow } | undefined
  const invalidateCaller = (id: string) => {
    if (cachedCaller?.row.id === id) cachedCaller = undefined
  }

  return {
    /** Changes whenever a key may have been added or deleted. */
    get revision(): number {
      return revision
    },
    byId: (id: string, redaction: Redaction = 'documented'): KeyRow | undefined => reads(redaction).byId.get(id),
    byDigest(sha256: string): CredentialRow | undefined {
      if (cachedCaller?.sha256 === sha256) return cachedCaller.row
      const row = byDigest.get(sha256)
      // A transaction may be rolled back.
      if (row !== undefined && !db.inTransaction) cachedCaller = { sha256, row }
      return row
    },
    /** Returns false, and inserts nothing, if the id or the value is taken. */
    insert(row: NewKeyRow): boolean {
      const { id, value_sha256, created_at, expires_at, last_used_at, deleted, json, mask, scopes } = row
      const number = nextNumber(created_at)
      revision++
      // Positional parameters: looking up names costs a tenth of an insert.
      const result = insert.run(
        deleted,
        created_at,
        number,
        takeInsertionOrder(1),
        id,
        value_sha256,
        expires_at,
        last_used_at,
        json,
        mask?.value_length ?? null,
        mask?.fourth_last ?? null,
        scopes,
      )
      return result.changes === 1
    },
    /** Reads the insertion order of all keys, in steps. Otherwise, the first insert does so at once. */
    *findLastInsertionOrder(): Generator<void> {
      let greatest = 0
      let last: string | null = lowestPosition
      const ofChunk = db.prepare<[string], { max: number | null; last: string | null }>(maxInsertionOrderOfChunk)
      while (insertionOrder === undefined && last !== null) {
        const chunk = ofChunk.get(last)
        greatest = Math.max(greatest, chunk?.max ?? 0)
        last = chunk?.last ?? null
        yield
      }
      insertionOrder ??= greatest
    },
    /** Inserts keys that differ only in id, name and value. Throws SqliteError if an id or a value is taken. */
    insertSeries(series: KeySeries, chunk: KeyChunk): void {
      revision++
      insertSeries ??= db.prepare<[object]>(insertChunk)
      const inSecond = nextNumber(series.created_at, chunk.count)
      insertSeries.run(chunkParameters(series, chunk, { inSecond, insertionOrder: takeInsertionOrder(chunk.count) }))
    },
    /** Returns the ids that have a digit after a text; of deleted keys, too. */
    // The colon follows the digits.
    idsWithNumber: (start: string): Iterable<string> =>
      db.prepare<[string, string], string>(idsBetween).pluck().iterate(`${start}0`, `${start}:`),
    setDeleted(id: string): void {
      revision++
      invalidateCaller(id)
      setDeleted.run(id)
    },
    setLastUsed(id: string, at: number): void {
      invalidateCaller(id)
      setLastUsed.run({ id, at })
    },
    /** Returns every key, deleted ones included, in order of insertion. */
    all: (redaction: Redaction): StoredKeyRow[] => reads(redaction).all.all(),
    /** Returns the number of keys that are not deleted. */
    count: (): number => count.get() ?? 0,
    /** Returns the JSON of up to `limit` listed keys after the cursor `after`; none if that id was never issued. */
    page: (order: 'asc' | 'desc', after: string | null, limit: number, redaction: Redaction): string[] =>
      reads(redaction).page[order].all(after, after, limit),
  }
}

export type KeyStore = ReturnType<typeof createKeyStore>
