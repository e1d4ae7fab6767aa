import * as errors from '../errors/catalogue.ts'
import { nouns } from '../errors/nouns.ts'
import { assertWellFormed } from '../http/well-formed.ts'
import { toJson } from '../json-text.ts'
import type { Actor } from '../keys/caller.ts'
import { assertValidLimit, readPage, toListResponse } from '../lists/pages.ts'
import type { OperationResult } from '../operation-result.ts'
import type { ServiceDeps } from '../organization/service-deps.ts'
import { findActiveProject, findProject } from '../projects/project.ts'
import type { ProjectRow, ProjectStore } from '../projects/store.ts'
import { issueKey, type KeyGenerators } from './issue.ts'
import { toProjectKey } from './key.ts'
import type {
  DeletedProjectApiKey,
  ListProjectApiKeysQuery,
  ProjectApiKey,
  ProjectApiKeyList,
  UpdateProjectApiKeyBody,
} from './schemas.ts'
import type { KeyUser, ProjectKeyRow, ProjectKeyStore } from './store.ts'

interface ProjectKeyServiceDeps extends ServiceDeps {
  store: ProjectKeyStore
  projects: ProjectStore
  /** Generates keys of users. */
  generate: KeyGenerators
}

/** A key of a user to create. */
export interface UserKey {
  name: string
  user: KeyUser
  expires_in_seconds?: number | undefined
}

const noun = nouns.api_key_id

/** The rules of the operations on the keys of projects. `actor` is who the audit log names. */
export function createProjectKeyService(deps: ProjectKeyServiceDeps) {
  const { store, projects, generate, now, behavior, audit, transact } = deps

  /** Throws the API's 404 for an unknown project or key. */
  function find(projectId: string, id: string): { project: ProjectRow; key: ProjectKeyRow } {
    const project = findProject(projects, projectId)
    const key = store.find(projectId, id)
    const at = `key=${id}; project=${projectId}`
    if (key === undefined) throw errors.notFound(noun, id, `key_unknown; ${at}`)
    if (key.deleted) throw errors.notFound(noun, id, `key_deleted; ${at}`)
    if (project.archived_at !== null) throw errors.notFound(noun, id, `project_archived; ${at}`)
    return { project, key }
  }

  const toShape = (row: ProjectKeyRow) => toProjectKey(row, behavior().redaction)
  const result = (projectId: string, id: string): OperationResult<ProjectApiKey> => ({
    json: toJson(toShape(find(projectId, id).key)),
  })

  function remove(projectId: string, id: string, actor: Actor): void {
    const { project } = find(projectId, id)
    transact(() => {
      store.setDeleted(id)
      audit.record({ type: 'api_key.deleted', resource: id, project, actor })
    })
  }

  return {
    list(
      projectId: string,
      { owner_project_access = 'any', ...page }: ListProjectApiKeysQuery,
    ): OperationResult<ProjectApiKeyList> {
      assertValidLimit(page.limit, behavior())
      const isArchived = findProject(projects, projectId).archived_at !== null
      const access = owner_project_access === 'any' ? undefined : owner_project_access
      const source = {
        noun,
        find(id: string) {
          const key = store.find(projectId, id)
          return key && { deleted: isArchived ? 1 : key.deleted }
        },
        page: (after: string | null, limit: number) => (isArchived ? [] : store.page(projectId, after, limit, access)),
      }
      const { rows, hasMore } = readPage(source, page, behavior())
      return { json: toJson(toListResponse(rows.map(toShape), hasMore)) }
    },

    retrieve: (projectId: string, id: string): OperationResult<ProjectApiKey> => result(projectId, id),

    update(
      projectId: string,
      id: string,
      { scopes, expires_in_seconds }: UpdateProjectApiKeyBody,
      actor: Actor,
    ): OperationResult<ProjectApiKey> {
      assertWellFormed({ scopes })
      if (scopes === undefined && expires_in_seconds === undefined) {
        throw errors.missingAnyParameter(['scopes', 'expires_in_seconds'])
      }
      const { project, key } = find(projectId, id)
      if (key.expires_at !== null && key.expires_at <= now()) {
        throw errors.keyExpired(id, `key_expired; key=${id}; expires_at=${key.expires_at}; now=${now()}`)
      }
      return transact(() => {
        const expires_at = expires_in_seconds === undefined ? key.expires_at : now() + expires_in_seconds
        store.update(id, scopes === undefined ? key.scopes : toJson(scopes), expires_at)
        const changes_requested = { scopes, expires_in_seconds }
        audit.record({ type: 'api_key.updated', resource: id, details: { changes_requested }, project, actor })
        return result(projectId, id)
      })
    },

    delete(projectId: string, id: string, actor: Actor): OperationResult<DeletedProjectApiKey> {
      const { key } = find(projectId, id)
      if (key.service_account_id !== null && behavior().service_account_key_delete === 'reject') {
        throw errors.serviceAccountKey(id)
      }
      remove(projectId, id, actor)
      return { json: toJson({ object: 'organization.project.api_key.deleted', id, deleted: true } as const) }
    },

    /** Deletes a key, whatever the behavior is. */
    remove,

    /** Creates a key of a user. The API has no such operation: users create keys on its website. */
    createForUser(projectId: string, key: UserKey, actor: Actor): { id: string; value: string } {
      const { name, user, expires_in_seconds } = key
      const project = findActiveProject(projects, projectId)
      const created_at = now()
      return transact(() => {
        const issued = issueKey(store, generate, {
          project_id: projectId,
          service_account_id: null,
          user,
          owner_project_access: 'active',
          name,
          scopes: [],
          created_at,
          expires_at: expires_in_seconds === undefined ? null : created_at + expires_in_seconds,
          last_used_at: null,
          deleted: 0,
        })
        audit.record({
          type: 'api_key.created',
          resource: issued.id,
          details: { data: { scopes: [] } },
          project,
          actor,
        })
        return issued
      })
    },
  }
}

export type ProjectKeyService = ReturnType<typeof createProjectKeyService>
