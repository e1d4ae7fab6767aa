import * as Type from 'typebox'
import { Choice, Nullable, Ref, UnixTime } from '../../schema/typebox.ts'

export const Owner = Type.Object(
  {
    type: Choice(['user', 'service_account'], { description: 'What the owner is.' }),
    object: Choice(['organization.user', 'organization.service_account'], {
      description: 'The type of the object.',
    }),
    id: Type.String({ description: 'The ID of the owner.', examples: ['user-abc'] }),
    name: Type.String({ description: 'The name of the owner.', examples: ['Jane'] }),
    created_at: UnixTime('When the owner was created, in Unix seconds.', 1711471533),
    role: Choice(['owner', 'member'], { description: '`owner` for a user, `member` for a service account.' }),
  },
  { description: 'Who the key belongs to.' },
)

const fields = {
  object: Type.Literal('organization.admin_api_key', { description: 'The type of the object.' }),
  id: Type.String({ description: 'The ID of the key.', examples: ['key_abc'] }),
  name: Nullable(Type.String(), { description: 'The name of the key.', examples: ['CI deploys'] }),
  redacted_value: Type.String({ description: 'The value with its middle left out.', examples: ['sk-admin...def'] }),
  created_at: UnixTime('When the key was created, in Unix seconds.', 1711471533),
  expires_at: Nullable(UnixTime('In Unix seconds.', 1714063533), {
    description: 'When the key stops authenticating; null if it never does.',
  }),
  last_used_at: Nullable(UnixTime('In Unix seconds.', 1711471534), {
    description: 'When the key last authenticated a request; null until it first does.',
  }),
  owner: Owner,
}

export const AdminApiKey = Object.assign(
  Type.Object(fields, {
    $id: 'AdminApiKey',
    description: 'A key for the Admin API, as it is shown after its creation.',
  }),
  { $id: 'AdminApiKey' as const },
)
export type AdminApiKey = Type.Static<typeof AdminApiKey>

const value = Type.String({
  description: 'The value of the key. No other answer ever holds it.',
  examples: ['sk-admin-1234abcd'],
})

export const AdminApiKeyCreateResponse = Object.assign(
  Type.Object(
    { ...fields, value },
    { $id: 'AdminApiKeyCreateResponse', description: 'A new key, with its value: the one time that it is shown.' },
  ),
  { $id: 'AdminApiKeyCreateResponse' as const },
)
export type AdminApiKeyCreateResponse = Type.Static<typeof AdminApiKeyCreateResponse>

export const ApiKeyList = Object.assign(
  Type.Object(
    {
      object: Type.Literal('list', { description: 'The type of the object.' }),
      data: Type.Array(Ref(AdminApiKey), { description: 'The keys of this page, in order.' }),
      first_id: Nullable(Type.String(), { description: 'The ID of the first key in `data`; null if there is none.' }),
      last_id: Nullable(Type.String(), {
        description: 'The ID of the last key in `data`, the cursor of the next page; null if there is none.',
      }),
      has_more: Type.Boolean({ description: 'Whether keys follow those in `data`.' }),
    },
    { $id: 'ApiKeyList', description: 'A page of keys.' },
  ),
  { $id: 'ApiKeyList' as const },
)
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

export const defaultLimit = 20

export const ListQuery = Type.Object({
  after: Type.Optional(
    Type.String({ description: 'A cursor: the ID of the key after which the page begins. An empty one is none.' }),
  ),
  order: Type.Optional(
    Choice(['asc', 'desc'], { default: 'asc', description: 'By time of creation, oldest or newest first.' }),
  ),
  limit: Type.Optional(
    Type.Integer({ default: defaultLimit, description: 'How many keys at the most. Clamped to 1..100.' }),
  ),
})
export type ListQuery = Type.Static<typeof ListQuery>

export const CreateBody = Type.Object({
  name: Type.String({ description: 'The name of the new key.', examples: ['CI deploys'] }),
  expires_in_seconds: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 31_536_000,
      description: 'How long the key authenticates, in seconds. Left out: for ever.',
      examples: [2_592_000],
    }),
  ),
})
export type CreateBody = Type.Static<typeof CreateBody>
