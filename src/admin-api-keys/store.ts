import type { Database } from 'better-sqlite3'

/** A key as stored, less the digest of its value. Times in Unix seconds. */
export interface KeyRow {
  seq: number
  id: string
  name: string | null
  redacted_value: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  owner_type: 'user' | 'service_account'
  owner_id: string
  owner_name: string
  owner_created_at: number
  deleted: 0 | 1
}

export type NewKeyRow = Omit<KeyRow, 'seq'> & { value_sha256: string }

/** What decides whether a value authenticates. */
export type CredentialRow = Pick<KeyRow, 'id' | 'expires_at' | 'last_used_at' | 'deleted'>

/** Where a page begins: after the key that stands, or stood, at this place of the order. */
export type Position = Pick<KeyRow, 'created_at' | 'seq'>

const columns = `seq, id, name, redacted_value, created_at, expires_at, last_used_at,
  owner_type, owner_id, owner_name, owner_created_at, deleted`

/** The page after a position: each one range of the index, without sorting. */
export const pageQueries = {
  asc: `SELECT ${columns} FROM admin_api_keys
    WHERE deleted = 0 AND (created_at, seq) > (?, ?) ORDER BY created_at, seq LIMIT ?`,
  desc: `SELECT ${columns} FROM admin_api_keys
    WHERE deleted = 0 AND (created_at, seq) < (?, ?) ORDER BY created_at DESC, seq DESC LIMIT ?`,
}

/** The table of keys. Deleted keys stay in it: `byId` and `byDigest` find them too. */
export function createKeyStore(db: Database) {
  const byId = db.prepare<[string], KeyRow>(`SELECT ${columns} FROM admin_api_keys WHERE id = ?`)
  const byDigest = db.prepare<[string], CredentialRow>(
    `SELECT id, expires_at, last_used_at, deleted FROM admin_api_keys WHERE value_sha256 = ?`,
  )
  const insert = db.prepare<[NewKeyRow]>(
    `INSERT INTO admin_api_keys (seq, id, name, value_sha256, redacted_value, created_at, expires_at, last_used_at,
       owner_type, owner_id, owner_name, owner_created_at, deleted)
     VALUES ((SELECT coalesce(max(rowid), 0) + 1 FROM admin_api_keys), @id, @name, @value_sha256, @redacted_value, @created_at, @expires_at, @last_used_at,
       @owner_type, @owner_id, @owner_name, @owner_created_at, @deleted)`,
  )
  const setDeleted = db.prepare<[string]>(`UPDATE admin_api_keys SET deleted = 1 WHERE id = ?`)
  const setLastUsed = db.prepare<[number, string]>(`UPDATE admin_api_keys SET last_used_at = ? WHERE id = ?`)
  const page = {
    asc: db.prepare<[number, number, number], KeyRow>(pageQueries.asc),
    desc: db.prepare<[number, number, number], KeyRow>(pageQueries.desc),
  }
  const ends = {
    asc: { created_at: Number.MIN_SAFE_INTEGER, seq: 0 },
    desc: { created_at: Number.MAX_SAFE_INTEGER, seq: 0 },
  }

  return {
    byId: (id: string): KeyRow | undefined => byId.get(id),
    byDigest: (sha256: string): CredentialRow | undefined => byDigest.get(sha256),
    insert(row: NewKeyRow): void {
      insert.run(row)
    },
    setDeleted(id: string): void {
      setDeleted.run(id)
    },
    setLastUsed(id: string, at: number): void {
      setLastUsed.run(at, id)
    },
    /** At most `limit` keys that are not deleted, in order, from the end of the order or past `after`. */
    page(order: 'asc' | 'desc', after: Position | undefined, limit: number): KeyRow[] {
      const { created_at, seq } = after ?? ends[order]
      return page[order].all(created_at, seq, limit)
    },
  }
}

export type KeyStore = ReturnType<typeof createKeyStore>
