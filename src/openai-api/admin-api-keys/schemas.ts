import * as Type from 'typebox'
import { Choice, component, Nullable, UnixTime } from '../../schema/typebox.ts'
import { listComponent, pageParameters } from '../lists/schemas.ts'

export const Owner = Type.Object(
  {
    type: Choice(['user', 'service_account'], { description: 'The kind of owner.' }),
    object: Choice(['organization.user', 'organization.service_account'], {
      description: 'The type of the object.',
    }),
    id: Type.String({ description: 'The ID of the owner.', examples: ['user-abc'] }),
    name: Type.String({ description: 'The name of the owner.', examples: ['Jane'] }),
    created_at: UnixTime('When the owner was created, in Unix seconds.', 1711471533),
    role: Choice(['owner', 'member'], { description: '`owner` for a user, `member` for a service account.' }),
  },
  { description: 'The owner of the key.' },
)

const fields = {
  object: Type.Literal('organization.admin_api_key', { description: 'The type of the object.' }),
  id: Type.String({ description: 'The ID of the key.', examples: ['key_abc'] }),
  name: Nullable(Type.String(), { description: 'The name of the key.', examples: ['CI deploys'] }),
  redacted_value: Type.String({ description: 'The value without its middle.', examples: ['sk-admin...def'] }),
  created_at: UnixTime('When the key was created, in Unix seconds.', 1711471533),
  expires_at: Nullable(UnixTime('In Unix seconds.', 1714063533), {
    description: 'When the key expires; null if it never expires.',
  }),
  last_used_at: Nullable(UnixTime('In Unix seconds.', 1711471534), {
    description: 'When the key last authenticated a request; null if it was never used.',
  }),
  owner: Owner,
}

export const AdminApiKey = component('AdminApiKey', fields, {
  description: 'A key for the Admin API, without its value.',
})
export type AdminApiKey = Type.Static<typeof AdminApiKey>

const value = Type.String({
  description: 'The value of the key. No other response contains it.',
  examples: ['sk-admin-1234abcd'],
})

export const AdminApiKeyCreateResponse = component(
  'AdminApiKeyCreateResponse',
  { ...fields, value },
  { description: 'A new key with its value, which is returned only once.' },
)
export type AdminApiKeyCreateResponse = Type.Static<typeof AdminApiKeyCreateResponse>

export const ApiKeyList = listComponent('ApiKeyList', AdminApiKey, 'keys')
export type ApiKeyList = Type.Static<typeof ApiKeyList>

export const DeletedAdminApiKey = Type.Object(
  {
    id: Type.String({ description: 'The ID of the key that was deleted.' }),
    object: Type.Literal('organization.admin_api_key.deleted', { description: 'The type of the object.' }),
    deleted: Type.Literal(true, { description: 'Always true.' }),
  },
  { description: 'Confirms a deletion.' },
)
export type DeletedAdminApiKey = Type.Static<typeof DeletedAdminApiKey>

const { after, limit } = pageParameters('keys')

export const ListQuery = Type.Object({
  after,
  order: Type.Optional(
    Choice(['asc', 'desc'], {
      default: 'asc',
      description: 'By creation time, oldest (`asc`) or newest (`desc`) first.',
    }),
  ),
  limit,
})
export type ListQuery = Type.Static<typeof ListQuery>

export const CreateBody = Type.Object({
  name: Type.String({ description: 'The name of the new key.', examples: ['CI deploys'] }),
  expires_in_seconds: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 31_536_000,
      description: 'Seconds until the key expires. Without it, the key never expires.',
      examples: [2_592_000],
    }),
  ),
})
export type CreateBody = Type.Static<typeof CreateBody>
