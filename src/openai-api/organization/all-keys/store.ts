import type { Database } from 'better-sqlite3'
import { LazyStatement } from '../../database/lazy-statement.ts'

export type KeyKind = 'admin' | 'project'

export interface KeyReference {
  kind: KeyKind
  id: string
}

/** A place in the list of all keys. Of two keys with the same position, the admin key comes first. */
interface Place {
  position: bigint
  kind: KeyKind
}

// A project key with the id of an admin key is left out: that id as a cursor means the admin key, so pages would repeat.
const isListed = `NOT EXISTS (SELECT 1 FROM projects WHERE projects.id = project_id AND archived_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM admin_api_keys WHERE admin_api_keys.id = project_api_keys.id)`

const pageQuery = (direction: 'ASC' | 'DESC') => {
  const page = (kind: KeyKind, table: string, condition: string) =>
    `SELECT * FROM (SELECT position, '${kind}' AS kind, id FROM ${table}
       WHERE position BETWEEN ? AND ? AND ${condition} ORDER BY position ${direction} LIMIT CAST(? AS INTEGER))`
  return `SELECT kind, id FROM (
      ${page('admin', 'admin_api_keys', '1')} UNION ALL ${page('project', 'project_api_keys', isListed)}
    ) ORDER BY position ${direction}, kind ${direction} LIMIT CAST(? AS INTEGER)`
}

const lastPosition = 2n ** 63n - 1n

/** Lists the keys of both tables in one order: by time of creation, then admin keys first. */
export function createAllKeysStore(db: Database) {
  type Bounds = [bigint, bigint, number, bigint, bigint, number, number]
  const pages = {
    asc: new LazyStatement<Bounds, KeyReference>(db, pageQuery('ASC')),
    desc: new LazyStatement<Bounds, KeyReference>(db, pageQuery('DESC')),
  }
  const place = new LazyStatement<[string, string], Place>(
    db,
    `SELECT abs(position) AS position, 'admin' AS kind FROM admin_api_keys WHERE id = ?
       UNION ALL SELECT abs(position), 'project' FROM project_api_keys WHERE id = ? LIMIT 1`,
  ).safeIntegers()

  function boundsOf(order: 'asc' | 'desc', after: string | null) {
    if (after === null) return { from: 1n, adminTo: lastPosition, projectFrom: 1n, to: lastPosition }
    const cursor = place.get(after, after)
    if (cursor === undefined) return undefined
    const { position, kind } = cursor
    return order === 'asc'
      ? {
          from: position + 1n,
          adminTo: lastPosition,
          projectFrom: kind === 'admin' ? position : position + 1n,
          to: lastPosition,
        }
      : { from: 1n, adminTo: kind === 'project' ? position : position - 1n, projectFrom: 1n, to: position - 1n }
  }

  return {
    /** Returns up to `limit` listed keys after the cursor `after`; none if that id was never issued. */
    page(order: 'asc' | 'desc', after: string | null, limit: number): KeyReference[] {
      const bounds = boundsOf(order, after)
      if (bounds === undefined) return []
      const { from, adminTo, projectFrom, to } = bounds
      return pages[order].all(from, adminTo, limit, projectFrom, to, limit, limit)
    },
  }
}

export type AllKeysStore = ReturnType<typeof createAllKeysStore>
