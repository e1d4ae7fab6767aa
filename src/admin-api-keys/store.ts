import type { Database } from 'better-sqlite3'

/** A key as the operations need it. Times in Unix seconds. */
export interface KeyRow {
  created_at: number
  seq: number
  deleted: 0 | 1
  /** The key as the API shows it, in JSON. */
  shown: string
}

/** What decides whether a value authenticates. */
export interface CredentialRow {
  id: string
  expires_at: number | null
  last_used_at: number | null
  deleted: 0 | 1
}

export type NewKeyRow = Omit<KeyRow, 'seq'> & CredentialRow & { value_sha256: string }

/** A key as somebody needs it who makes the same one elsewhere. */
export type StoredKeyRow = Pick<KeyRow, 'deleted' | 'shown'> & { value_sha256: string }

/** Where a page begins: after the key that stands, or stood, at this place of the order. */
export type Position = Pick<KeyRow, 'created_at' | 'seq'>

/** The page after a position: each one range of the index, without sorting. */
export const pageQueries = {
  asc: `SELECT shown FROM admin_api_keys
    WHERE deleted = 0 AND (created_at, seq) > (?, ?) ORDER BY created_at, seq LIMIT ?`,
  desc: `SELECT shown FROM admin_api_keys
    WHERE deleted = 0 AND (created_at, seq) < (?, ?) ORDER BY created_at DESC, seq DESC LIMIT ?`,
}

/** The table of keys. Deleted keys stay in it: `byId` and `byDigest` find them too. */
export function createKeyStore(db: Database) {
  const byId = db.prepare<[string], KeyRow>(`SELECT created_at, seq, deleted, shown FROM admin_api_keys WHERE id = ?`)
  const byDigest = db.prepare<[string], CredentialRow>(
    `SELECT id, expires_at, last_used_at, deleted FROM admin_api_keys WHERE value_sha256 = ?`,
  )
  const insert = db.prepare<[NewKeyRow]>(
    `INSERT INTO admin_api_keys (seq, id, value_sha256, created_at, expires_at, last_used_at, deleted, shown)
     VALUES ((SELECT coalesce(max(rowid), 0) + 1 FROM admin_api_keys),
       @id, @value_sha256, @created_at, @expires_at, @last_used_at, @deleted, @shown)
     ON CONFLICT DO NOTHING`,
  )
  const setDeleted = db.prepare<[string]>(`UPDATE admin_api_keys SET deleted = 1 WHERE id = ?`)
  // The cast, for a number arrives as a real one, of which JSON would show the fraction.
  const setLastUsed = db.prepare<[{ id: string; at: number }]>(
    `UPDATE admin_api_keys
     SET last_used_at = @at, shown = json_set(shown, '$.last_used_at', CAST(@at AS INTEGER)) WHERE id = @id`,
  )
  const all = db.prepare<[], StoredKeyRow>(
    `SELECT value_sha256, deleted, shown FROM admin_api_keys ORDER BY admin_api_keys.seq`,
  )
  const count = db.prepare<[], number>(`SELECT count(*) FROM admin_api_keys WHERE deleted = 0`).pluck()
  const page = {
    asc: db.prepare<[number, number, number], string>(pageQueries.asc).pluck(),
    desc: db.prepare<[number, number, number], string>(pageQueries.desc).pluck(),
  }
  const ends = {
    asc: { created_at: Number.MIN_SAFE_INTEGER, seq: 0 },
    desc: { created_at: Number.MAX_SAFE_INTEGER, seq: 0 },
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
    insert: (row: NewKeyRow): boolean => insert.run(row).changes === 1,
    setDeleted(id: string): void {
      forget(id)
      setDeleted.run(id)
    },
    setLastUsed(id: string, at: number): void {
      forget(id)
      setLastUsed.run({ id, at })
    },
    /** Every key, deleted ones too, in order of insertion. */
    all: (): StoredKeyRow[] => all.all(),
    /** How many are not deleted. */
    count: (): number => count.get() ?? 0,
    /** At most `limit` keys that are not deleted, as shown, in order, from the end of the order or past `after`. */
    page(order: 'asc' | 'desc', after: Position | undefined, limit: number): string[] {
      const { created_at, seq } = after ?? ends[order]
      return page[order].all(created_at, seq, limit)
    },
  }
}

export type KeyStore = ReturnType<typeof createKeyStore>
