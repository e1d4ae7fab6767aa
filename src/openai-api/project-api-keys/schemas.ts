import * as Type from 'typebox'
import { Choice, component, Nullable, UnixTime } from '../../schema/typebox.ts'
import { DeletedObject } from '../http/deleted-object.ts'
import { ExpiresInSeconds, Scopes } from '../keys/schemas.ts'
import { listComponent, pageParameters } from '../lists/schemas.ts'

const ownerFields = (kind: string) => ({
  name: Type.String({ description: `The name of the ${kind}.` }),
  created_at: UnixTime(`When the ${kind} was created, in Unix seconds.`, 1711471533),
  role: Type.String({ description: `The role of the ${kind} in the project.`, examples: ['member'] }),
})

const id = (kind: string) => Type.String({ description: `The ID of the ${kind}.` })

const Owner = Type.Object(
  {
    type: Choice(['user', 'service_account'], { description: 'Which of the other two fields is present.' }),
    user: Type.Optional(
      Type.Object({
        id: id('user'),
        email: Type.String({ description: 'The email address.' }),
        ...ownerFields('user'),
      }),
    ),
    service_account: Type.Optional(Type.Object({ id: id('service account'), ...ownerFields('service account') })),
  },
  { description: 'The owner of the key.' },
)

export const ProjectApiKey = component(
  'ProjectApiKey',
  {
    object: Type.Literal('organization.project.api_key', { description: 'The type of the object.' }),
    redacted_value: Type.String({ description: 'The value without its middle.', examples: ['sk-svcac...def'] }),
    name: Type.String({ description: 'The name of the key.', examples: ['Secret Key'] }),
    created_at: UnixTime('When the key was created, in Unix seconds.', 1711471533),
    last_used_at: Nullable(UnixTime('In Unix seconds.', 1711471534), {
      description: 'When the key last authenticated a request; null if it was never used.',
    }),
    id: Type.String({ description: 'The ID of the key.', examples: ['key_abc'] }),
    expires_at: Nullable(UnixTime('In Unix seconds.', 1714063533), {
      description: 'When the key expires; null if it never expires.',
    }),
    owner_project_access: Choice(['active', 'inactive'], {
      description: 'Whether the owner has access to the project: `inactive` for the role `none`.',
    }),
    owner: Owner,
  },
  { description: 'An API key of a project, without its value.' },
)
export type ProjectApiKey = Type.Static<typeof ProjectApiKey>

export const ProjectApiKeyList = listComponent('ProjectApiKeyListResponse', ProjectApiKey, 'keys')
export type ProjectApiKeyList = Type.Static<typeof ProjectApiKeyList>

export const DeletedProjectApiKey = DeletedObject('organization.project.api_key.deleted', 'key')
export type DeletedProjectApiKey = Type.Static<typeof DeletedProjectApiKey>

export const ListProjectApiKeysQuery = Type.Object({
  ...pageParameters('keys'),
  owner_project_access: Type.Optional(
    Choice(['active', 'inactive', 'any'], {
      description: 'Only keys whose owner has, or lacks, access to the project.',
    }),
  ),
})
export type ListProjectApiKeysQuery = Type.Static<typeof ListProjectApiKeysQuery>

export const UpdateProjectApiKeyBody = Type.Object({
  scopes: Type.Optional(Scopes),
  expires_in_seconds: Type.Optional(ExpiresInSeconds('Counts from this request; without it, the expiry stays.')),
})
export type UpdateProjectApiKeyBody = Type.Static<typeof UpdateProjectApiKeyBody>
