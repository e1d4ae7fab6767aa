import type { AdminApiKey } from '../../openai-api/admin-api-keys/schemas.ts'
import { fromJson } from '../../openai-api/json-text.ts'
import { toProjectKey } from '../../openai-api/project-api-keys/key.ts'
import type { ProjectApiKey } from '../../openai-api/project-api-keys/schemas.ts'
import type { SandboxState } from '../state.ts'
import { type KeyState, type KeyType, stateOf } from './key-state.ts'

/** An admin key as the API shows it, and its state by the sandbox's clock. */
export type AdminKeyWithState = AdminApiKey & { type: 'admin'; state: KeyState }

/** A project key as the API shows it, its project, and its state by the sandbox's clock. */
export type ProjectKeyWithState = ProjectApiKey & {
  type: 'project'
  project: { id: string; name: string }
  state: KeyState
}

export type KeyWithState = AdminKeyWithState | ProjectKeyWithState

/** Which key; ids are unique only within a kind. */
export interface KeyReference {
  type: KeyType
  id: string
}

/** Returns a key, deleted ones included; undefined for an unknown id. */
export function readKey(state: SandboxState, { type, id }: KeyReference): KeyWithState | undefined {
  return type === 'admin' ? readAdminKey(state, id) : readProjectKey(state, id)
}

/** Returns the key with that id, deleted ones included: of one kind, or of both the admin key. */
export function findKey(state: SandboxState, id: string, type?: KeyType): KeyWithState | undefined {
  if (type !== undefined) return readKey(state, { type, id })
  return readAdminKey(state, id) ?? readProjectKey(state, id)
}

function readAdminKey({ store, settings, clock }: SandboxState, id: string): AdminKeyWithState | undefined {
  const row = store.adminApiKeys.byId(id, settings.behavior.redaction)
  if (row === undefined) return undefined
  const key = fromJson<AdminApiKey>(row.json)
  const state = stateOf({ deleted: row.deleted === 1, expires_at: key.expires_at }, clock.unix())
  return { ...key, type: 'admin', state }
}

function readProjectKey({ store, settings, clock }: SandboxState, id: string): ProjectKeyWithState | undefined {
  const row = store.projectApiKeys.byId(id)
  if (row === undefined) return undefined
  const project = store.projects.byId(row.project_id)
  if (project === undefined) return undefined
  const deleted = row.deleted === 1 || project.archived_at !== null
  const state = stateOf({ deleted, expires_at: row.expires_at }, clock.unix())
  const { id: projectId, name } = project
  return { ...toProjectKey(row, settings.behavior.redaction), type: 'project', project: { id: projectId, name }, state }
}
