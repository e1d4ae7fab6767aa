import * as errors from '../errors/catalogue.ts'
import { nouns } from '../errors/nouns.ts'
import { assertWellFormed } from '../http/well-formed.ts'
import { toJson } from '../json-text.ts'
import type { Actor } from '../keys/caller.ts'
import { readPage, toListResponse } from '../lists/pages.ts'
import type { OperationResult } from '../operation-result.ts'
import type { ServiceDeps } from '../organization/service-deps.ts'
import { findActiveProject, findProject, toProject } from './project.ts'
import type { CreateProjectBody, ListProjectsQuery, ModifyProjectBody, Project, ProjectList } from './schemas.ts'
import type { ProjectStore } from './store.ts'

interface ProjectServiceDeps extends ServiceDeps {
  store: ProjectStore
  generateId: () => string
}

/** The rules of the operations on projects. `actor` is who the audit log names. */
export function createProjectService({ store, now, behavior, audit, transact, generateId }: ProjectServiceDeps) {
  /** Returns a project that may change. Throws the API's errors for an unknown, archived or default project. */
  function findChangeable(id: string, action: string) {
    const project = findActiveProject(store, id)
    if (project.is_default) throw errors.defaultProjectFixed(id, action)
    return project
  }

  const result = (id: string): OperationResult<Project> => ({ json: toJson(toProject(findProject(store, id))) })

  return {
    list({ include_archived = false, ...page }: ListProjectsQuery): OperationResult<ProjectList> {
      const source = {
        noun: nouns.project_id,
        find(id: string) {
          const project = store.byId(id)
          return project && ({ deleted: project.archived_at !== null && !include_archived ? 1 : 0 } as const)
        },
        page: (after: string | null, limit: number) => store.page(after, limit, include_archived),
      }
      const { rows, hasMore } = readPage(source, page, behavior())
      return { json: toJson(toListResponse(rows.map(toProject), hasMore)) }
    },

    create(body: CreateProjectBody, actor: Actor): OperationResult<Project> {
      const { name, external_key_id = null, residency, geography } = body
      assertWellFormed({ name, external_key_id, geography })
      if (behavior().exclusive_fields === 'reject' && (geography ?? null) !== null && (residency ?? null) !== null) {
        throw errors.exclusiveParameters('residency', 'geography')
      }
      return transact(() => {
        const project = { name, external_key_id, residency: residency ?? 'GLOBAL', created_at: now() }
        let id = generateId()
        // A seeded sequence can repeat what an earlier run stored.
        while (!store.insert({ ...project, id, archived_at: null, is_default: 0 })) id = generateId()
        const data = { name, title: name }
        audit.record({ type: 'project.created', resource: id, details: { data }, project: { id, name }, actor })
        return { ...result(id), projectId: id }
      })
    },

    retrieve: (id: string): OperationResult<Project> => result(id),

    modify(id: string, body: ModifyProjectBody, actor: Actor): OperationResult<Project> {
      const { name: newName, external_key_id: newKeyId, geography } = body
      assertWellFormed({ name: newName, external_key_id: newKeyId, geography })
      const project = findChangeable(id, 'modified')
      return transact(() => {
        const name = newName ?? project.name
        store.update({ id, name, external_key_id: newKeyId === undefined ? project.external_key_id : newKeyId })
        const changes_requested = newName === undefined || newName === null ? {} : { title: newName }
        audit.record({
          type: 'project.updated',
          resource: id,
          details: { changes_requested },
          project: { id, name },
          actor,
        })
        return result(id)
      })
    },

    /** Archives a project; its accounts and keys count as deleted from then on. Archiving it again changes nothing. */
    archive(id: string, actor: Actor): OperationResult<Project> {
      if (findProject(store, id).archived_at !== null) return result(id)
      const project = findChangeable(id, 'archived')
      return transact(() => {
        store.archive(id, now())
        audit.record({ type: 'project.archived', resource: id, project, actor })
        return result(id)
      })
    },
  }
}

export type ProjectService = ReturnType<typeof createProjectService>
