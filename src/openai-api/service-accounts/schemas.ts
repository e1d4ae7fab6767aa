import * as Type from 'typebox'
import { Choice, component, Nullable, Ref, UnixTime } from '../../schema/typebox.ts'
import { DeletedObject } from '../http/deleted-object.ts'
import { ExpiresInSeconds, Scopes } from '../keys/schemas.ts'
import { listComponent, pageParameters } from '../lists/schemas.ts'

const id = Type.String({ description: 'The ID of the service account.', examples: ['user-abc'] })
const object = Type.Literal('organization.project.service_account', { description: 'The type of the object.' })
const name = Type.String({ description: 'The name of the service account.', examples: ['ci'] })
const created_at = UnixTime('When the service account was created, in Unix seconds.', 1711471533)

export const ServiceAccount = component(
  'ProjectServiceAccount',
  {
    object,
    id,
    name,
    role: Choice(['owner', 'member', 'none'], { description: 'The role in the project.' }),
    created_at,
  },
  { description: 'A service account of a project.' },
)
export type ServiceAccount = Type.Static<typeof ServiceAccount>

export const ServiceAccountKey = component(
  'ProjectServiceAccountApiKey',
  {
    object: Type.Literal('organization.project.service_account.api_key', { description: 'The type of the object.' }),
    value: Type.String({
      description: 'The value of the key. No other response contains it.',
      examples: ['sk-svcacct-1234abcd'],
    }),
    name: Type.String({ description: 'The name of the key.', examples: ['Secret Key'] }),
    created_at: UnixTime('When the key was created, in Unix seconds.', 1711471533),
    id: Type.String({ description: 'The ID of the key.', examples: ['key_abc'] }),
    expires_at: Nullable(UnixTime('In Unix seconds.', 1714063533), {
      description: 'When the key expires; null if it never expires.',
    }),
  },
  { description: 'A new key of a service account with its value, which is returned only once.' },
)
export type ServiceAccountKey = Type.Static<typeof ServiceAccountKey>

export const CreatedServiceAccount = component(
  'ProjectServiceAccountCreateResponse',
  {
    object,
    id,
    name,
    role: Choice(['member', 'none'], { description: '`none` with `create_service_account_only`.' }),
    created_at,
    api_key: Nullable(Ref(ServiceAccountKey), { description: 'Null with `create_service_account_only`.' }),
  },
  { description: 'A new service account with its first key.' },
)
export type CreatedServiceAccount = Type.Static<typeof CreatedServiceAccount>

export const ServiceAccountList = listComponent('ProjectServiceAccountListResponse', ServiceAccount, 'service accounts')
export type ServiceAccountList = Type.Static<typeof ServiceAccountList>

export const DeletedServiceAccount = DeletedObject('organization.project.service_account.deleted', 'service account')
export type DeletedServiceAccount = Type.Static<typeof DeletedServiceAccount>

export const ListServiceAccountsQuery = Type.Object(pageParameters('service accounts'))
export type ListServiceAccountsQuery = Type.Static<typeof ListServiceAccountsQuery>

export const CreateServiceAccountBody = Type.Object({
  name,
  create_service_account_only: Type.Optional(
    Nullable(Type.Boolean(), { description: 'Creates the account without a role and without a key.' }),
  ),
  expires_in_seconds: Type.Optional(Nullable(ExpiresInSeconds('Without it, the key never expires.'))),
})
export type CreateServiceAccountBody = Type.Static<typeof CreateServiceAccountBody>

export const UpdateServiceAccountBody = Type.Object({
  name: Type.Optional(Type.String({ description: 'The new name.' })),
  role: Type.Optional(Choice(['member', 'owner'], { description: 'The new role in the project.' })),
})
export type UpdateServiceAccountBody = Type.Static<typeof UpdateServiceAccountBody>

export const CreateServiceAccountKeyBody = Type.Object({
  name: Type.Optional(Type.String({ description: 'The name of the key; `Secret Key` by default.' })),
  scopes: Type.Optional(Scopes),
  expires_in_seconds: Type.Optional(Nullable(ExpiresInSeconds('Without it, the key never expires.'))),
})
export type CreateServiceAccountKeyBody = Type.Static<typeof CreateServiceAccountKeyBody>
