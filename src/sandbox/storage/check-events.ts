import type { ValidateFunction } from 'ajv'
import type { Database } from 'better-sqlite3'
import * as Type from 'typebox'
import { eventTypes } from '../../openai-api/audit-logs/event-types.ts'
import { toEventRow } from '../../openai-api/audit-logs/recorder.ts'
import { type AuditEvent, AuditLog } from '../../openai-api/audit-logs/schemas.ts'
import type { NewEvent } from '../../openai-api/audit-logs/store.ts'
import { parseJson } from '../../openai-api/json-text.ts'
import { positionSecond } from '../../openai-api/lists/positions.ts'
import { createAjv } from '../../schema/ajv.ts'

// Without the details, which are checked separately, because a seed may give any; and the type by a faster look-up.
const { id, effective_at, project, actor } = AuditLog.properties
const StoredEvent = Type.Object({ id, effective_at, project, actor, type: Type.String() })
const types = new Set<string>(eventTypes)

let validate: ValidateFunction<AuditEvent> | undefined

/** Returns what is wrong with the audit log in a database, as a predicate: the JSON of events, and their columns. */
export function findEventDamage(db: Database): string | undefined {
  validate ??= createAjv().addFormat('unixtime', true).compile<AuditEvent>(StoredEvent)
  const rows = db.prepare<[], NewEvent>(
    `SELECT id, iif(position > 0, ${positionSecond}, -1) AS effective_at, type, project_id, actor_key_id, actor_id, actor_email, resource_id, json
     FROM audit_events`,
  )
  for (const row of rows.iterate()) {
    if (!isIntact(row, validate)) return `has a damaged event: ${JSON.stringify(row.id)}`
  }
  return undefined
}

const columns = [
  'id',
  'effective_at',
  'type',
  'project_id',
  'actor_key_id',
  'actor_id',
  'actor_email',
  'resource_id',
] as const satisfies (keyof NewEvent)[]

const wellFormed = (value: string | number | null) => (typeof value === 'string' ? value.toWellFormed() : value)

function isIntact(row: NewEvent, isEvent: ValidateFunction<AuditEvent>): boolean {
  const event = parseJson(row.json)
  if (!isEvent(event) || !types.has(event.type)) return false
  const details: unknown = event[event.type]
  if (typeof details !== 'object' || details === null || Array.isArray(details)) return false
  const { id } = details as { id?: unknown }
  const expected = toEventRow(event, typeof id === 'string' ? id : null)
  // SQLite stores U+FFFD for a lone surrogate, and JSON an escape.
  return columns.every((column) => row[column] === wellFormed(expected[column]))
}
