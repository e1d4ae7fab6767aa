import { step, untilObsolete } from '../search-steps.ts'
import type { SandboxState } from '../state.ts'

/** Approximate size of an export. */
export interface ExportSize {
  bytes: number
  /** The admin keys and project keys that it contains, deleted ones included. */
  keys: number
}

interface ExportedTable {
  name: string
  /** SQL: the bytes of a row that differ from row to row. SQLite knows the length of a text without reading it. */
  size: string
  /** The bytes of a row that are the same in each. */
  fixedSize: number
}

const textOf = (...columns: string[]) => columns.map((column) => `coalesce(octet_length(${column}), 0)`).join(' + ')

// Fixed sizes are measured: what the export of a row has besides these columns, or less than them.
const keyTables: readonly ExportedTable[] = [
  { name: 'admin_api_keys', size: textOf('json', 'scopes'), fixedSize: 0 },
  {
    name: 'project_api_keys',
    size: `${textOf('id', 'name', 'redacted_value', 'user', 'scopes')} + 55 * (user IS NOT NULL)`,
    fixedSize: 194,
  },
]
const otherTables: readonly ExportedTable[] = [
  { name: 'projects', size: textOf('id', 'name', 'external_key_id'), fixedSize: 143 },
  { name: 'service_accounts', size: textOf('id', 'name'), fixedSize: 74 },
  { name: 'audit_events', size: textOf('json'), fixedSize: -39 },
]

/** Measures what the export of a state would be, in steps. Returns undefined if the state was replaced meanwhile. */
export const measureExport = (state: SandboxState): Generator<void, ExportSize | undefined> =>
  untilObsolete(measureTables(state))

function* measureTables(state: SandboxState): Generator<void, ExportSize> {
  const total: ExportSize = { bytes: 0, keys: 0 }
  for (const table of [...keyTables, ...otherTables]) {
    const { rows, bytes } = yield* measureTable(state, table)
    total.bytes += bytes + rows * table.fixedSize
    if (keyTables.includes(table)) total.keys += rows
  }
  return total
}

interface Measured {
  rows: number
  bytes: number
}

function* measureTable({ db }: SandboxState, { name, size }: ExportedTable): Generator<void, Measured> {
  const total: Measured = { rows: 0, bytes: 0 }
  // Positions exceed 2^53, so JavaScript passes them as text.
  const chunks = db.prepare<[string], Measured & { last: string | null }>(
    `WITH chunk AS (
       SELECT position, ${size} AS size FROM ${name} WHERE position > CAST(? AS INTEGER) ORDER BY position LIMIT 1000
     )
     SELECT count(*) AS rows, total(size) AS bytes, CAST(max(position) AS TEXT) AS last FROM chunk`,
  )
  let last: string | null = '-9223372036854775808'
  while (last !== null) {
    const chunk = chunks.get(last)
    if (chunk === undefined) break
    total.rows += chunk.rows
    total.bytes += chunk.bytes
    last = chunk.last
    yield* step(db)
  }
  return total
}
