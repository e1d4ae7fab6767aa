import type { Json } from '../json-text.ts'
import type { Mask } from '../keys/redacted-value.ts'
import { positionOf } from '../lists/positions.ts'

/** Keys that differ only in id, name and value. Times in Unix seconds. */
export interface KeySeries {
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  /** A JSON array; null for all. */
  scopes: string | null
  /** The id, in which {n} is the number of the key; null if the ids have nothing in common. */
  id: string | null
  /** The same of the name, as JSON. */
  name: Json<string | null>
  /** The JSON of a key without its id, its name and the last three characters of its `redacted_value`. */
  json: readonly [string, string, string, string]
  value_length: Mask['value_length']
}

/** What consecutive keys of a series do not share, without separators. */
export interface KeyChunk {
  /** The number of the first key. */
  first: number
  count: number
  /** Ids of 20 characters; null if the series has an id. */
  ids: Buffer | null
  /** The SHA-256 of each value. */
  digests: Buffer
  /** The last four characters of each value. */
  ends: Buffer
}

/** Where the rows of a chunk go: the numbers of its first row. */
interface RowNumbers {
  inSecond: number
  insertionOrder: number
}

/** SQL: inserts a chunk of a series. */
// One statement for many rows: binding the columns of a row takes longer than inserting it.
export const insertChunk = `
  WITH RECURSIVE
    chunk (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM chunk WHERE i + 1 < @count),
    numbered AS (SELECT i, CAST(@first AS INTEGER) + i AS n FROM chunk),
    identified AS (
      SELECT i, n, coalesce(replace(@id, '{n}', n), CAST(substr(@ids, i * 20 + 1, 20) AS TEXT)) AS id FROM numbered
    )
  INSERT INTO admin_api_keys
    (position, insertion_order, id, value_sha256, expires_at, last_used_at, json, value_length, fourth_last, scopes)
  SELECT ${positionOf('@created_at', '(CAST(@inSecond AS INTEGER) + i)')}, @insertionOrder + i, id,
    substr(@digests, i * 32 + 1, 32), @expires_at, @last_used_at,
    @json0 || coalesce(replace(@idJson, '{n}', n), '"' || id || '"') || @json1 || replace(@name, '{n}', n) || @json2
      || CAST(substr(@ends, i * 4 + 2, 3) AS TEXT) || @json3,
    @value_length, CAST(substr(@ends, i * 4 + 1, 1) AS TEXT), @scopes
  FROM identified`

/** Returns the parameters of `insertChunk`. */
export function chunkParameters(series: KeySeries, chunk: KeyChunk, numbers: RowNumbers): object {
  const { json, ...columns } = series
  const [json0, json1, json2, json3] = json
  const idJson = series.id === null ? null : JSON.stringify(series.id)
  return { ...columns, ...chunk, ...numbers, idJson, json0, json1, json2, json3 }
}
