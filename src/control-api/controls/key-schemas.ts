import * as Type from 'typebox'
import { AdminApiKey, AdminApiKeyCreateResponse } from '../../openai-api/admin-api-keys/schemas.ts'
import { maxLifetimeSeconds } from '../../openai-api/keys/schemas.ts'
import { ProjectApiKey } from '../../openai-api/project-api-keys/schemas.ts'
import { type KeyState, keyStates } from '../../sandbox/keys/key-state.ts'
import { Choice, Nullable } from '../../schema/typebox.ts'

const state = Choice(keyStates, {
  description: "The state of the key by the sandbox's clock; `expiring`: it expires within seven days.",
})

const adminFields = {
  type: Type.Literal('admin', { description: 'The kind of key.' }),
  state,
}

const projectFields = {
  type: Type.Literal('project', { description: 'The kind of key.' }),
  project: Type.Object(
    {
      id: Type.String({ description: 'The ID of the project.' }),
      name: Type.String({ description: 'The name of the project.' }),
    },
    { description: 'The project of the key. The keys of an archived project are deleted.' },
  ),
  state,
}

export const AdminKeyWithState = Type.Object({ ...AdminApiKey.properties, ...adminFields })
export type AdminKeyWithState = Type.Static<typeof AdminKeyWithState>

export const ProjectKeyWithState = Type.Object({ ...ProjectApiKey.properties, ...projectFields })
export type ProjectKeyWithState = Type.Static<typeof ProjectKeyWithState>

/** A key of either kind. */
export const KeyWithState = Type.Union([AdminKeyWithState, ProjectKeyWithState])
export type KeyWithState = Type.Static<typeof KeyWithState>

const { value } = AdminApiKeyCreateResponse.properties

/** A new key of either kind with its value. */
export const CreatedKey = Type.Union([
  Type.Object({ ...AdminApiKey.properties, value, ...adminFields }),
  Type.Object({ ...ProjectApiKey.properties, value, ...projectFields }),
])
export type CreatedKey = Type.Static<typeof CreatedKey>

const KeyCounts = Type.Unsafe<Record<KeyState, number>>(
  Type.Object(Object.fromEntries(keyStates.map((name) => [name, Type.Integer()])), {
    description: 'The number of keys of `type` and `project_id` in each state, whatever `state` and `filter` are.',
  }),
)

export const KeyPage = Type.Object({
  data: Type.Array(KeyWithState),
  count: Type.Integer({ description: 'The number of keys that match the query.' }),
  counts: KeyCounts,
  next: Nullable(Type.String(), { description: 'The `after` of the next page; null after the last.' }),
})
export type KeyPage = Type.Static<typeof KeyPage>

/** A key to create. Its descriptions are the rules that errors name. */
export const NewKey = Type.Object(
  {
    name: Type.String({ description: 'a string: the name of the key' }),
    expires_in_seconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: maxLifetimeSeconds,
        description: `an integer from 1 to ${maxLifetimeSeconds}: seconds until the key expires`,
      }),
    ),
    project_id: Type.Optional(Type.String({ description: 'the id of the project in which the key is created' })),
    service_account_id: Type.Optional(Type.String({ description: 'the id of the service account that owns the key' })),
  },
  {
    additionalProperties: false,
    description: 'an object: {name, expires_in_seconds, project_id, service_account_id}',
  },
)
export type NewKey = Type.Static<typeof NewKey>
