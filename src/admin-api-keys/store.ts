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

/** How many keys may be made in one second: so many bits of a position are their number (migrations/0004_position.sql). */
const mostOfSecond = 2 ** 25 - 1

const firstPosition = '(@created_at << 25)'
const lastPosition = `(@created_at << 25 | ${mostOfSecond})`

/** The number of the last key of a second, deleted or not; 0 where there is none. */
const lastNumber = `SELECT ${mostOfSecond} & max(
  coalesce((SELECT max(position) FROM admin_api_keys WHERE position BETWEEN ${firstPosition} AND ${lastPosition}), 0),
  coalesce((SELECT -min(position) FROM admin_api_keys WHERE position BETWEEN -${lastPosition} AND -${firstPosition}), 0))`

const positionOr = (end: string) => `iif(? IS NULL, ${end}, (SELECT abs(position) FROM admin_api_keys WHERE id = ?))`

/**
 * The keys listed after the one of an id (given twice) that is there, or was, or for null from the end of the order; at most
 * so many. Each is one range of the table. The cast, for a number arrives as a real one, which slows every step to the next.
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
  const numberOf = db.prepare<[{ created_at: number }], number>(lastNumber).pluck()
  const insert = db.prepare(
    `INSERT INTO admin_api_keys (position, id, value_sha256, expires_at, last_used_at, shown)
     VALUES (? << 25 | ?, ?, unhex(?), ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const setDeleted = db.prepare<[string]>(`UPDATE admin_api_keys SET position = -abs(position) WHERE id = ?`)
  // The cast, for a number arrives as a real one, of which JSON would show the fraction.
  const setLastUsed = db.prepare<[{ id: string; at: number }]>(
    `UPDATE admin_api_keys
     SET last_used_at = @at, shown = json_set(shown, '$.last_used_at', CAST(@at AS INTEGER)) WHERE id = @id`,
  )
  const all = db.prepare<[], StoredKeyRow>(
    `SELECT lower(hex(value_sha256)) AS value_sha256, position < 0 AS deleted, shown
     FROM admin_api_keys ORDER BY abs(position)`,
  )
  // The plus has it read the ids, not the keys.
  const count = db.prepare<[], number>(`SELECT count(*) FROM admin_api_keys WHERE +position > 0`).pluck()
  const page = {
    asc: db.prepare<[string | null, string | null, number], string>(pageQueries.asc).pluck(),
    desc: db.prepare<[string | null, string | null, number], string>(pageQueries.desc).pluck(),
  }

  // Keys are made in one second after another, but for those of a seed or of a clock that was moved.
  let latestSecond = { created_at: -1, number: 0 }
  function nextNumber(created_at: number): number {
    if (latestSecond.created_at !== created_at) {
      latestSecond = { created_at, number: numberOf.get({ created_at }) ?? 0 }
    }
    if (latestSecond.number === mostOfSecond) throw new Error(`${mostOfSecond} keys of one second are all there may be`)
    return ++latestSecond.number
  }

  // A client calls with the same key again and again: its row is kept until it changes.
  let latest: { sha256: string; row: CredentialRow } | undefined
  const forget = (id: string) => {
    if (latest?.row.id === id) latest = undefined
  }

  return {
    byId: (id: string): KeyRow | undefined => byId.get(id),
    byDigest(sha256: string): CredentialRow | undefined {
      if (latest?.sha256 === sha256) return latest.row
      const row = byDigest.get(sha256)
      // What a transaction sees may be taken back.
      if (row !== undefined && !db.inTransaction) latest = { sha256, row }
      return row
    },
    /** Whether its id and its value were free; a key that is not is left out. */
    insert(row: NewKeyRow): boolean {
      const { id, value_sha256, created_at, expires_at, last_used_at, deleted, shown } = row
      const number = nextNumber(created_at)
      // By place, for to look each up by name takes a tenth of it.
      const isFree = insert.run(created_at, number, id, value_sha256, expires_at, last_used_at, shown).changes === 1
      if (isFree && deleted) setDeleted.run(id)
      return isFree
    },
    setDeleted(id: string): void {
      forget(id)
      setDeleted.run(id)
    },
    setLastUsed(id: string, at: number): void {
      forget(id)
      setLastUsed.run({ id, at })
    },
    /** Every key, deleted ones too, in the order of the list. */
    all: (): StoredKeyRow[] => all.all(),
    /** How many are not deleted. */
    count: (): number => count.get() ?? 0,
    /** At most `limit` keys that are not deleted, as shown, in order: the first, or those after the one of an id, if it ever was. */
    page: (order: 'asc' | 'desc', after: string | null, limit: number): string[] =>
      page[order].all(after, after, limit),
  }
}

export type KeyStore = ReturnType<typeof createKeyStore>
