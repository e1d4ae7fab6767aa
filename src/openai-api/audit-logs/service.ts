import { latestSecond } from '../../common/time.ts'
import type { Behavior } from '../behavior.ts'
import * as errors from '../errors/catalogue.ts'
import { toJson } from '../json-text.ts'
import { defaultLimit, pageSize } from '../lists/pages.ts'
import { startOfSecond } from '../lists/positions.ts'
import type { OperationResult } from '../operation-result.ts'
import { tenantEventTypes } from './event-types.ts'
import type { AuditLogList, ListAuditLogsQuery } from './schemas.ts'
import { searchEvents } from './search.ts'
import type { AuditStore, EventFilter, EventRow, FilterColumn, PositionRange } from './store.ts'

interface AuditLogServiceDeps {
  store: AuditStore
  behavior: () => Behavior
}

/** The rules of the audit log's list. */
export function createAuditLogService({ store, behavior }: AuditLogServiceDeps) {
  function positionOfCursor(param: 'after' | 'before', id: string): bigint {
    const position = store.positionOf(id)
    if (position !== undefined) return position
    throw errors.unknownCursor(param, id, 'audit log event', `cursor_never_issued; ${param}=${id}`)
  }

  /** Returns the positions that the query selects. `after` continues towards older events, `before` towards newer ones. */
  function rangeOf({ after, before, effective_at }: ListAuditLogsQuery): PositionRange {
    const { from, to } = rangeOfTime(effective_at)
    return {
      from: before ? max(from, positionOfCursor('before', before) + 1n) : from,
      to: after ? min(to, positionOfCursor('after', after) - 1n) : to,
    }
  }

  return {
    list(query: ListAuditLogsQuery): OperationResult<AuditLogList> {
      const size = pageSize(query.limit ?? defaultLimit, behavior())
      // A page before a cursor has the events next to it.
      const direction = query.before && !query.after ? 'newer' : 'older'
      const range = rangeOf(query)
      const events = searchEvents(store, { filters: filtersOf(query), range, direction, limit: size + 1 })
      const page = events.slice(0, size)
      return { json: listJson(direction === 'newer' ? page.reverse() : page, events.length > size) }
    },
  }
}

export type AuditLogService = ReturnType<typeof createAuditLogService>

const min = (one: bigint, other: bigint) => (one < other ? one : other)
const max = (one: bigint, other: bigint) => (one > other ? one : other)

/** Returns the positions of a time range; bounds outside the possible times are clamped to them. */
function rangeOfTime({ gt, gte, lt, lte }: NonNullable<ListAuditLogsQuery['effective_at']> = {}): PositionRange {
  const start = (second: number) => startOfSecond(BigInt(Math.min(Math.max(second, 0), latestSecond.key + 1)))
  const lower = [gte, gt === undefined ? undefined : gt + 1].filter((second) => second !== undefined)
  const upper = [lt, lte === undefined ? undefined : lte + 1].filter((second) => second !== undefined)
  return { from: start(Math.max(0, ...lower)), to: start(Math.min(latestSecond.key + 1, ...upper)) - 1n }
}

function filtersOf(query: ListAuditLogsQuery): EventFilter[] {
  const { 'event_types[]': types, tenant_only } = query
  const filter = (values: readonly string[] | undefined, ...columns: FilterColumn[]) =>
    values === undefined || values.length === 0 ? [] : [{ columns, values }]
  return [
    ...filter(query['resource_ids[]'], 'resource_id'),
    ...filter(query['actor_ids[]'], 'actor_key_id', 'actor_id'),
    ...filter(query['actor_emails[]'], 'actor_email'),
    ...filter(query['project_ids[]'], 'project_id'),
    ...filter(types, 'type'),
    ...filter(tenant_only === true ? tenantEventTypes : undefined, 'type'),
  ]
}

// Events are stored as the JSON text that the API returns.
function listJson(events: readonly EventRow[], hasMore: boolean): string {
  const idOf = (event: EventRow | undefined) => toJson(event?.id ?? null)
  const data = events.map(({ json }) => json).join(',')
  return `{"object":"list","data":[${data}],"first_id":${idOf(events[0])},"last_id":${idOf(events.at(-1))},"has_more":${hasMore}}`
}
