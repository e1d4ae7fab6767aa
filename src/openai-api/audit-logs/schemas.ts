import * as Type from 'typebox'
import { Choice, component, Nullable, UnixTime } from '../../schema/typebox.ts'
import { listComponent, pageParameters } from '../lists/schemas.ts'
import { detailsByType } from './details.ts'
import { eventTypes } from './event-types.ts'

const User = Type.Object(
  {
    id: Type.Optional(Type.String({ description: 'The ID of the user.' })),
    email: Type.Optional(Type.String({ description: 'The email address of the user.' })),
  },
  { description: 'The user who acted.' },
)

export const Actor = Type.Object(
  {
    type: Choice(['session', 'api_key'], { description: 'Which of the other two fields is present.' }),
    session: Type.Optional(
      Type.Object({
        user: Type.Optional(User),
        ip_address: Type.Optional(Type.String({ description: 'The IP address of the session.' })),
      }),
    ),
    api_key: Type.Optional(
      Type.Object({
        id: Type.Optional(Type.String({ description: 'The ID of the key.' })),
        type: Type.Optional(Choice(['user', 'service_account'], { description: 'The kind of owner of the key.' })),
        user: Type.Optional(User),
        service_account: Type.Optional(
          Type.Object({ id: Type.Optional(Type.String({ description: 'The ID of the service account.' })) }),
        ),
      }),
    ),
  },
  { description: 'Who acted.' },
)

const fields = {
  id: Type.String({ description: 'The ID of the event.', examples: ['audit_log-abc'] }),
  type: Choice(eventTypes, { description: 'What happened. The field of this name has the details.' }),
  effective_at: UnixTime('When it happened, in Unix seconds.', 1711471533),
  project: Type.Optional(
    Type.Object(
      {
        id: Type.Optional(Type.String({ description: 'The ID of the project.' })),
        name: Type.Optional(Type.String({ description: 'The name of the project at that time.' })),
      },
      { description: 'The project of the event: the default project for what an admin key does.' },
    ),
  ),
  actor: Type.Optional(Nullable(Actor)),
  ...detailsByType,
}

export const AuditLog = component('AuditLog', fields, {
  description: 'An event of the audit log.',
  additionalProperties: Type.Object(
    { id: Type.Optional(Type.String({ description: 'The ID of what was written to.' })) },
    { description: 'The details of an event of any other type, under its name.', additionalProperties: true },
  ),
})

/** An event: the fields of every event, and the details under the name of its type. */
export interface AuditEvent {
  id: string
  type: string
  effective_at: number
  project?: { id: string; name: string } | undefined
  actor?: Type.Static<typeof Actor> | null
  [details: string]: unknown
}

export const AuditLogList = listComponent('ListAuditLogsResponse', AuditLog, 'events')
export type AuditLogList = Type.Static<typeof AuditLogList>

const ids = (description: string) => Type.Optional(Type.Array(Type.String(), { description }))
const bound = (description: string) => Type.Optional(Type.Integer({ description: `${description}, in Unix seconds.` }))

// The names of lists end in brackets, as in the published document; they are accepted without, and with an index.
export const ListAuditLogsQuery = Type.Object({
  effective_at: Type.Optional(
    Type.Object(
      {
        gt: bound('After this time'),
        gte: bound('From this time on'),
        lt: bound('Before this time'),
        lte: bound('Up to this time'),
      },
      { description: 'Only events of this time.', style: 'deepObject', explode: true },
    ),
  ),
  'project_ids[]': ids('Only events of these projects.'),
  'event_types[]': Type.Optional(Type.Array(Choice(eventTypes), { description: 'Only events of these types.' })),
  'actor_ids[]': ids('Only events of these users, service accounts or keys.'),
  'actor_emails[]': ids('Only events of users with these email addresses.'),
  'resource_ids[]': ids('Only events about objects with these IDs.'),
  tenant_only: Type.Optional(
    Type.Boolean({ default: false, description: 'Only events that concern the whole tenant.' }),
  ),
  ...pageParameters('events'),
  before: Type.Optional(
    Type.String({ description: 'A cursor: the ID of the event after the page. An empty cursor is ignored.' }),
  ),
})
export type ListAuditLogsQuery = Type.Static<typeof ListAuditLogsQuery>
