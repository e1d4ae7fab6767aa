import * as Type from 'typebox'
import { eventTypes } from '../../openai-api/audit-logs/event-types.ts'
import { Actor } from '../../openai-api/audit-logs/schemas.ts'
import { residencies } from '../../openai-api/projects/schemas.ts'
import { Choice, Nullable, withoutUnknownFields } from '../../schema/typebox.ts'
import { closed, Deleted, Generate, Id, Name, NullableTime, Time, valueAndTimes } from './fields.ts'

const keyFields = {
  id: Type.Optional(Id),
  name: Type.Optional(Name),
  ...valueAndTimes,
  scopes: Type.Optional(Type.Array(Name, { description: 'a list of scopes; empty for all' })),
  sequence: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'the place among the project keys of the seed that were created in the same second, from 1 on',
    }),
  ),
  deleted: Type.Optional(Deleted),
  generate: Type.Optional(Generate('keys')),
}

const AccountKey = Type.Object(keyFields, {
  ...closed,
  title: 'a key of a service account',
  description: 'a key: {id, name, value, …}',
  not: { required: ['value', 'value_sha256'] },
})
export type SeedAccountKey = Type.Static<typeof AccountKey>

const User = Type.Object(
  {
    type: Type.Optional(
      Choice(['user'], { description: '"user": keys of service accounts are listed below the account' }),
    ),
    id: Type.Optional(Id),
    name: Type.Optional(Name),
    email: Type.Optional(Name),
    created_at: Type.Optional(Time),
    role: Type.Optional(Name),
  },
  { ...closed, title: 'a user', description: 'a user: {type, id, name, email, created_at, role}' },
)

const UserKey = Type.Object(
  {
    ...keyFields,
    owner: Type.Optional(User),
    owner_project_access: Type.Optional(
      Choice(['active', 'inactive'], {
        description: '"active" or "inactive": whether the owner has access to the project',
      }),
    ),
  },
  {
    ...closed,
    title: 'a key of a user',
    description: 'a key: {id, name, value, owner, …}',
    not: { required: ['value', 'value_sha256'] },
  },
)
export type SeedUserKey = Type.Static<typeof UserKey>

const ServiceAccount = Type.Object(
  {
    id: Type.Optional(Id),
    name: Name,
    role: Type.Optional(Choice(['owner', 'member', 'none'], { description: '"owner", "member" or "none"' })),
    created_at: Type.Optional(Time),
    deleted: Type.Optional(Deleted),
    api_keys: Type.Optional(Type.Array(AccountKey, { description: 'a list of keys of the service account' })),
    generate: Type.Optional(Generate('service accounts')),
  },
  { ...closed, title: 'a service account', description: 'a service account: {id, name, role, api_keys, …}' },
)
export type SeedAccount = Type.Static<typeof ServiceAccount>

export const SeedProject = Type.Object(
  {
    id: Type.Optional(Id),
    name: Name,
    default: Type.Optional(
      Type.Boolean({ description: 'true or false: whether the entry describes the default project' }),
    ),
    created_at: Type.Optional(Time),
    archived_at: Type.Optional(NullableTime),
    external_key_id: Type.Optional(Nullable(Name, { description: 'a string of valid Unicode, or null' })),
    residency: Type.Optional(Choice(residencies, { description: `one of ${residencies.join(', ')}` })),
    service_accounts: Type.Optional(Type.Array(ServiceAccount, { description: 'a list of service accounts' })),
    api_keys: Type.Optional(Type.Array(UserKey, { description: 'a list of keys that users own' })),
    generate: Type.Optional(Generate('projects')),
  },
  { ...closed, title: 'a project', description: 'a project: {id, name, service_accounts, api_keys, …}' },
)
export type SeedProject = Type.Static<typeof SeedProject>

const actorFields =
  '{type, api_key: {id, type, user: {id, email}, service_account: {id}}, session: {user: {id, email}, ip_address}}'

export const SeedEvent = Type.Object(
  {
    id: Type.Optional(Id),
    type: Choice(eventTypes, { description: 'a type of audit events, such as "project.created"' }),
    effective_at: Type.Optional(Time),
    project: Type.Optional(Nullable(Id, { description: 'the id of a project, or null for none' })),
    project_name: Type.Optional(Name),
    details: Type.Optional(
      Type.Unsafe<object>({ type: 'object', description: 'an object: what the event says under its type' }),
    ),
    actor: Type.Optional(
      Nullable(withoutUnknownFields(Actor), {
        description: `who acted, as the API returns it: ${actorFields}, or null`,
      }),
    ),
    generate: Type.Optional(Generate('events')),
  },
  {
    ...closed,
    title: 'an audit event',
    description: 'an audit event: {id, type, effective_at, project, project_name, details, actor}',
  },
)
export type SeedEvent = Type.Static<typeof SeedEvent>
