import { type ExpectedResponse, invalidLimitType, unknownCursor } from './expected-errors.ts'
import type { AuditEvent } from './initial-state.ts'
import { clampLimit, listOf } from './page-model.ts'

/** The filters of the audit log: all that are given must match. */
export interface AuditFilter {
  before?: string
  event_types?: string[]
  resource_ids?: string[]
  actor_ids?: string[]
  actor_emails?: string[]
  project_ids?: string[]
  tenant_only?: boolean
  /** By operator, in Unix seconds. */
  effective_at?: { gt?: number; gte?: number; lt?: number; lte?: number }
}

/** Returns the events in list order, oldest first. */
export const inOrder = (events: readonly AuditEvent[]): AuditEvent[] =>
  events.toSorted((a, b) => a.effective_at - b.effective_at)

/** What the list of events must respond. All events must have an id. */
export function listEvents(
  events: readonly AuditEvent[],
  { after, before, limit = 20, ...filter }: AuditFilter & { after?: string; limit?: number | string },
): ExpectedResponse {
  if (typeof limit === 'string') return invalidLimitType()
  const newestFirst = inOrder(events).reverse()
  const placeOf = (id: string) => newestFirst.findIndex((event) => event.id === id)
  if (before && placeOf(before) < 0) return unknownCursor(before, 'audit log event', 'before')
  if (after && placeOf(after) < 0) return unknownCursor(after, 'audit log event')
  const end = before ? placeOf(before) : newestFirst.length
  const matching = newestFirst.slice(after ? placeOf(after) + 1 : 0, end).filter((event) => matches(event, filter))
  const size = clampLimit(limit)
  // A page before a cursor has the events next to it.
  const page = before && !after ? matching.slice(-size) : matching.slice(0, size)
  return listOf(page.map(toEvent), [page[0]?.id, page.at(-1)?.id], matching.length > page.length)
}

function matches({ type, effective_at, actor, details }: AuditEvent, filter: Omit<AuditFilter, 'before'>): boolean {
  const { gt = -1, gte = 0, lt = Number.POSITIVE_INFINITY, lte = lt } = filter.effective_at ?? {}
  const owner = actor?.user ?? actor?.service_account
  const hasAny = (wanted: string[] | undefined, ...values: (string | undefined)[]) =>
    wanted === undefined || values.some((value) => value !== undefined && wanted.includes(value))
  return (
    hasAny(filter.event_types, type) &&
    hasAny(filter.resource_ids, details.id) &&
    hasAny(filter.actor_ids, actor?.id, owner?.id) &&
    hasAny(filter.actor_emails, actor?.user?.email) &&
    hasAny(filter.project_ids, defaultProject.id) &&
    (filter.tenant_only !== true || type.startsWith('tenant.')) &&
    effective_at > gt &&
    effective_at >= gte &&
    effective_at < lt &&
    effective_at <= lte
  )
}

// Every event names the default project, which cannot change.
const defaultProject = { id: 'proj_default', name: 'Default project' }

const toEvent = ({ id, type, effective_at, actor, details }: AuditEvent): object => ({
  ...{ id, type, effective_at, project: defaultProject },
  ...(actor === undefined ? {} : { actor: { type: 'api_key', api_key: actor } }),
  [type]: details,
})
