import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { eventTypes } from '../../openai-api/audit-logs/event-types.ts'
import { type AuditEvent, AuditLog } from '../../openai-api/audit-logs/schemas.ts'
import { searchEvents } from '../../sandbox/audit-logs/search.ts'
import { Choice, Nullable, Ref } from '../../schema/typebox.ts'
import type { ControlDeps } from '../deps.ts'
import { defineControl } from '../operation.ts'
import { Limit, parseChoice, parseLimit, readQuery, searchInTurns } from './query.ts'

/** The query parameters that list events: all must match. */
export const AuditLogsQuery = Type.Object({
  type: Type.Optional(Choice(eventTypes, { description: 'the type of the event, such as api_key.created' })),
  project_id: Type.Optional(Type.String({ description: 'the id of the project that the event names' })),
  actor_id: Type.Optional(
    Type.String({ description: 'the id of the key that acted, or of its user or service account' }),
  ),
  actor_email: Type.Optional(Type.String({ description: 'the email address of the user who acted' })),
  resource_id: Type.Optional(Type.String({ description: 'the id of what was written to' })),
  filter: Type.Optional(
    Type.String({
      description: 'a part of the type, an id or an email address; upper and lower case of ASCII letters are the same',
    }),
  ),
  after: Type.Optional(
    Type.String({ description: 'the `next` of the previous page, or the id of the event before the page' }),
  ),
  limit: Limit,
})
export type AuditLogsQuery = Type.Static<typeof AuditLogsQuery>

export const AuditLogPage = Type.Object({
  data: Type.Array(Ref(AuditLog), { description: 'Newest first.' }),
  count: Type.Integer({ description: 'The number of events that match the query.' }),
  next: Nullable(Type.String(), { description: 'The `after` of the next page; null after the last.' }),
})
export type AuditLogPage = Omit<Type.Static<typeof AuditLogPage>, 'data'> & { data: AuditEvent[] }

/** Registers the audit log of a sandbox, as the API shows it: neither journaled nor faulted. */
export function registerAuditLogs(app: FastifyInstance, { sandboxFor }: ControlDeps): void {
  const listEvents = defineControl('emulator-audit-logs-list', {
    summary: 'List the audit events',
    description:
      'Lists events of the audit log as the API shows them, newest first. A page of long events may have fewer than `limit`: `next` tells whether another follows.',
    querystring: AuditLogsQuery,
    responses: { 200: [AuditLogPage, 'A page of events.'] },
  })
  type Route = { Querystring: Record<string, unknown> }
  app.get<Route>('/_emulator/audit_logs', { schema: listEvents }, (request, reply): Promise<AuditLogPage> => {
    const search = parseQuery(request.query)
    const { after } = search
    return searchInTurns(sandboxFor(request), (state) => searchEvents(state, search), reply, {
      after,
      cursorRule: 'the id of an audit event',
    })
  })
}

function parseQuery(query: Record<string, unknown>) {
  const { type, limit, ...texts } = readQuery(query, AuditLogsQuery)
  // Forms send an empty field for none.
  const given = (name: string) => texts[name] || undefined
  return {
    type: parseChoice('type', eventTypes, type || undefined),
    project_id: given('project_id'),
    actor_id: given('actor_id'),
    actor_email: given('actor_email'),
    resource_id: given('resource_id'),
    filter: given('filter'),
    after: given('after'),
    limit: parseLimit(limit || undefined),
  }
}
