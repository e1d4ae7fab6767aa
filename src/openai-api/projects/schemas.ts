import * as Type from 'typebox'
import { Choice, component, Nullable, UnixTime } from '../../schema/typebox.ts'
import { listComponent, pageParameters } from '../lists/schemas.ts'

/** Those of the published document and of the official Node client of November 2026. */
export const residencies = [
  'GLOBAL',
  'US_STORAGE_PROCESSING',
  'EU_STORAGE_PROCESSING',
  'JP_STORAGE',
  'JP_STORAGE_PROCESSING',
  'KR_STORAGE',
  'CA_STORAGE',
  'SG_STORAGE',
  'IN_STORAGE',
  'IN_STORAGE_PROCESSING',
  'AU_STORAGE',
  'AU_STORAGE_PROCESSING',
  'GB_STORAGE',
  'AE_STORAGE',
  'AE_STORAGE_PROCESSING',
] as const

const Residency = Choice(residencies, { description: 'Where data of the project is stored.', examples: ['GLOBAL'] })
const externalKeyDescription = 'The external encryption key of the project.'

export const Project = component(
  'Project',
  {
    id: Type.String({ description: 'The ID of the project.', examples: ['proj_abc'] }),
    object: Type.Literal('organization.project', { description: 'The type of the object.' }),
    name: Nullable(Type.String(), { description: 'The name of the project.', examples: ['Web'] }),
    created_at: UnixTime('When the project was created, in Unix seconds.', 1711471533),
    archived_at: Nullable(UnixTime('In Unix seconds.', 1714063533), {
      description: 'When the project was archived; null while it is active.',
    }),
    status: Nullable(Choice(['active', 'archived']), { description: 'Whether the project is archived.' }),
    external_key_id: Nullable(Type.String(), { description: externalKeyDescription }),
    residency: Residency,
  },
  { description: 'A project of the organization.' },
)
export type Project = Type.Static<typeof Project>

export const ProjectList = listComponent('ProjectListResponse', Project, 'projects')
export type ProjectList = Type.Static<typeof ProjectList>

export const ListProjectsQuery = Type.Object({
  ...pageParameters('projects'),
  include_archived: Type.Optional(
    Type.Boolean({ default: false, description: 'Whether the list contains archived projects.' }),
  ),
})
export type ListProjectsQuery = Type.Static<typeof ListProjectsQuery>

const Geography = Type.Optional(
  Nullable(Type.String(), { description: 'An earlier form of `residency`. The emulator does not store it.' }),
)

export const CreateProjectBody = Type.Object({
  name: Type.String({ description: 'The name of the new project.', examples: ['Web'] }),
  residency: Type.Optional(
    Nullable(Residency, { description: 'Where data of the project is stored; `GLOBAL` by default.' }),
  ),
  external_key_id: Type.Optional(Nullable(Type.String(), { description: externalKeyDescription })),
  geography: Geography,
})
export type CreateProjectBody = Type.Static<typeof CreateProjectBody>

export const ModifyProjectBody = Type.Object({
  name: Type.Optional(Nullable(Type.String(), { description: 'The new name; null for no change.' })),
  external_key_id: Type.Optional(Nullable(Type.String(), { description: externalKeyDescription })),
  geography: Geography,
})
export type ModifyProjectBody = Type.Static<typeof ModifyProjectBody>
