import * as errors from '../errors/catalogue.ts'
import { nouns } from '../errors/nouns.ts'
import type { Project } from './schemas.ts'
import type { ProjectRow, ProjectStore } from './store.ts'

/** Returns a project as the API returns it. */
export const toProject = (row: ProjectRow): Project => ({
  id: row.id,
  object: 'organization.project',
  name: row.name,
  created_at: row.created_at,
  archived_at: row.archived_at,
  status: row.archived_at === null ? 'active' : 'archived',
  external_key_id: row.external_key_id,
  residency: row.residency as Project['residency'],
})

/** Returns the project with that id, archived or not. Throws the API's 404. */
export function findProject(store: ProjectStore, id: string): ProjectRow {
  const row = store.byId(id)
  if (row === undefined) throw errors.notFound(nouns.project_id, id, `project_unknown; project=${id}`)
  return row
}

/** Returns the project with that id. Throws the API's 404, or 400 if it is archived. */
export function findActiveProject(store: ProjectStore, id: string): ProjectRow {
  const row = findProject(store, id)
  if (row.archived_at !== null) throw errors.projectArchived(id)
  return row
}
