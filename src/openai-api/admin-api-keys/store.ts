import type { Database } from 'better-sqlite3'

/** A key as the operations need it. */
export interface KeyRow {
  deleted: 0 | 1
  /** The key as the API shows it, in JSON. */
  shown: string
}

/** What decides whether a value authenticates. Times in Unix seconds. */
export interface CredentialRow {
  id: string
  expires_at: number | null
  last_used_at: number | null
  deleted: 0 | 1
}

export type NewKeyRow = KeyRow & CredentialRow & { created_at: number; value_sha256: string }

/** A key as somebody needs it who makes the same one elsewhere. */
export type StoredKeyRow = KeyRow & { value_sha256: string }

// A position is the second of creation and, in so many bits, the number of the key within it (migrations/0004_position.sql).
const numberBits = 25
const maxNumber = 2 ** numberBits - 1

const firstOfSecond = `(@created_at << ${numberBits})`
const lastOfSecond = `(${firstOfSecond} | ${maxNumber})`

/** The number of the last key of a second, deleted or not; 0 where there is none. */
const lastNumberQuery = `SELECT ${maxNumber} & max(
  coalesce((SELECT max(position) FROM admin_api_keys WHERE position BETWEEN ${firstOfSecond} AND ${lastOfSecond}), 0),
  coalesce((SELECT -min(position) FROM admin_api_keys WHERE position BETWEEN -${lastOfSecond} AND -${firstOfSecond}), 0))`

const positionOr = (end: string) => `iif(? IS NULL, ${end}, (SELECT abs(position) FROM admin_api_keys WHERE id = ?))`

/**
 * The keys after a cursor (its id, given twice; deleted ones count) or, for null, from the start of that order; at most so many.
 * Each is one range of the table. The cast: a limit that is bound as a REAL, as numbers are, makes every row slower.
 */
export const pageQueries = {
  asc: `SELECT shown FROM admin_api_keys WHERE position > ${positionOr('0')} ORDER BY position LIMIT CAST(? AS INTEGER)`,
  desc: `SELECT shown FROM admin_api_keys WHERE position > 0 AND position < ${positionOr('9223372036854775807')}
    ORDER BY position DESC LIMIT CAST(? AS INTEGER)`,
}

/** The table of keys. Deleted keys stay in it: `byId` and `byDigest` find them too. */
export function createKeyStore(db: Database) {
  const byId = db.prepare<[string], KeyRow>(`SELECT position < 0 AS deleted, shown FROM admin_api_keys WHERE id = ?`)
  const byDigest = db.prepare<[string], CredentialRow>(
    `SELECT id, expires_at, last_used_at, position < 0 AS deleted FROM admin_api_keys WHERE value_sha256 = unhex(?)`,
  )
  const lastNumber = db.prepare<[{ created_at: number }], number>(lastNumberQuery).pluck()
  const maxInsertionOrder = db.prepare<[], number | null>(`SELECT max(made) FROM admin_api_keys`).pluck()
  const insert = db.prepare<[number, number, number, string, string, number | null, number | null, string]>(
    `INSERT INTO admin_api_keys (position, made, id, value_sha256, expires_at, last_used_at, shown)
     VALUES ((? << ${numberBits}) | ?, ?, ?, unhex(?), ?, ?, ?)
     ON CONFLICT (id) DO NOTHING ON CONFLICT (value_sha256) DO NOTHING`,
  )
  const setDeleted = db.prepare<[string]>(`UPDATE admin_api_keys SET position = -abs(position) WHERE id = ?`)
  // The cast, for a number arrives as a real one, of which JSON would show the fraction.
  const setLastUsed = db.prepare<[{ id: string; at: number }]>(
    `UPDATE admin_api_keys
     SET last_used_at = @at, shown = json_set(shown, '$.last_used_at', CAST(@at AS INTEGER)) WHERE id = @id`,
  )
  const all = db.prepare<[], StoredKeyRow>(
    `SELECT lower(hex(value_sha256)) AS value_sha256, position < 0 AS deleted, shown
     FROM admin_api_keys ORDER BY made`,
  )
  // The plus has it read the ids, not the keys.
  const count = db.prepare<[], number>(`SELECT count(*) FROM admin_api_keys WHERE +position > 0`).pluck()
  const page = {
    asc: db.prepare<[string | null, string | null, number], string>(pageQueries.asc).pluck(),
    desc: db.prepare<[string | null, string | null, number], string>(pageQueries.desc).pluck(),
  }

  // Both are never lower than the table's: what is rolled back leaves a gap, and no other store writes to this database.
  let made: number | undefined
  let latest = { created_at: -1, number: 0 }
  function nextNumber(created_at: number): number {
    if (latest.created_at !== created_at || latest.number === maxNumber) {
      latest = { created_at, number: lastNumber.get({ created_at }) ?? 0 }
    }
    if (latest.number === maxNumber) throw new Error(`there may be no more than ${maxNumber} keys of one second`)
    return ++latest.number
  }

  // A client calls with the same key again and again: its row is kept until it changes.
  let cachedCaller: { sha256: string; row: CredentialRow } | undefined
  const invalidateCaller = (id: string) => {
    if (cachedCaller?.row.id === id) cachedCaller = undefined
  }

  return {
    byId: (id: string): KeyRow | undefined => byId.get(id),
    byDigest(sha256: string): CredentialRow | undefined {
      if (cachedCaller?.sha256 === sha256) return cachedCaller.row
      const row = byDigest.get(sha256)
      // What a transaction sees may be taken back.
      if (row !== undefined && !db.inTransaction) cachedCaller = { sha256, row }
      return row
    },
    /** Whether its id and its value were free; a key that is not is left out. */
    insert(row: NewKeyRow): boolean {
      const { id, value_sha256, created_at, expires_at, last_used_at, deleted, shown } = row
      const number = nextNumber(created_at)
      // Only the first looks through the table.
      made = (made ?? maxInsertionOrder.get() ?? 0) + 1
      // Bound by place: looking up names is a tenth of an insert.
      const isFree =
        insert.run(created_at, number, made, id, value_sha256, expires_at, last_used_at, shown).changes === 1
      if (isFree && deleted) setDeleted.run(id)
      return isFree
    },
    setDeleted(id: string): void {
      invalidateCaller(id)
      setDeleted.run(id)
    },
    setLastUsed(id: string, at: number): void {
      invalidateCaller(id)
      setLastUsed.run({ id, at })
    },
    /** Every key, deleted ones too, in order of insertion. */
    all: (): StoredKeyRow[] => all.all(),
    /** How many are not deleted. */
    count: (): number => count.get() ?? 0,
    /** At most `limit` keys that are not deleted, as shown, in order: the first, or those after an id; none if it was never issued. */
    page: (order: 'asc' | 'desc', after: string | null, limit: number): string[] =>
      page[order].all(after, after, limit),
  }
}

export type KeyStore = ReturnType<typeof createKeyStore>
