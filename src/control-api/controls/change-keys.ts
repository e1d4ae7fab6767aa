import { fromJson } from '../../openai-api/json-text.ts'
import type { KeyReference, KeyWithState } from '../../sandbox/keys/shown-key.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { ParsedBody } from '../body.ts'
import type { NewKey } from './key-schemas.ts'

type Issued = KeyReference & { value: string }

/** Creates the key that a body describes. Throws for a field with a mistake. */
export function createKey(sandbox: Sandbox, body: ParsedBody<NewKey>): Issued {
  const { content, errorAt } = body
  if (!content.name.isWellFormed()) throw errorAt(['name'], 'well-formed Unicode without lone surrogates')
  const isOfProject = content.project_id !== undefined || content.service_account_id !== undefined
  const issued = isOfProject ? createProjectKey(sandbox, body) : createAdminKey(sandbox, content)
  notifyChange(sandbox)
  return issued
}

function createAdminKey({ api }: Sandbox, { name, expires_in_seconds }: NewKey): Issued {
  const fields = { name, ...(expires_in_seconds === undefined ? {} : { expires_in_seconds }) }
  const { json } = api.adminApiKeys.create(fields, undefined, api.actorOf(undefined))
  const { id, value } = fromJson(json)
  return { type: 'admin', id, value }
}

function createProjectKey({ api, state, settings }: Sandbox, { content, errorAt }: ParsedBody<NewKey>): Issued {
  const { name, expires_in_seconds, project_id, service_account_id } = content
  const { projects, serviceAccounts } = state.store
  const fields = { name, ...(expires_in_seconds === undefined ? {} : { expires_in_seconds }) }
  const actor = api.actorOf(undefined)
  const account = service_account_id === undefined ? undefined : serviceAccounts.byId(service_account_id)
  const project = projects.byId(project_id ?? account?.project_id ?? '')
  const isActive = project !== undefined && project.archived_at === null
  if (project_id !== undefined && !isActive) throw errorAt(['project_id'], 'the id of a project that is not archived')
  if (service_account_id === undefined) {
    const user = { ...settings.organization.user, role: 'owner' }
    return { type: 'project', ...api.projectApiKeys.createForUser(project_id ?? '', { ...fields, user }, actor) }
  }
  if (!isActive || account === undefined || account.deleted || account.project_id !== project.id) {
    throw errorAt(
      ['service_account_id'],
      'the id of a service account that is not deleted, in project_id if that is given',
    )
  }
  const { id, value } = fromJson(api.serviceAccounts.createKey(project.id, account.id, fields, actor).json)
  return { type: 'project', id, value }
}

/** Deletes a key that is not deleted. */
export function deleteKey(sandbox: Sandbox, key: KeyWithState): void {
  const { api } = sandbox
  const actor = api.actorOf(undefined)
  if (key.type === 'admin') api.adminApiKeys.delete(key.id, actor)
  else api.projectApiKeys.remove(key.project.id, key.id, actor)
  notifyChange(sandbox)
}

function notifyChange({ changes }: Sandbox): void {
  changes.notify('keys')
  changes.notify('audit_logs')
}
