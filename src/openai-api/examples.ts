import { exampleResponses as adminApiKeys } from './admin-api-keys/examples.ts'
import { exampleEvent } from './audit-logs/examples.ts'
import type { OperationId } from './operation-ids.ts'
import type { ProjectApiKey } from './project-api-keys/schemas.ts'
import type { Project } from './projects/schemas.ts'
import type { CreatedServiceAccount, ServiceAccount, ServiceAccountKey } from './service-accounts/schemas.ts'

const project: Project = {
  id: 'proj_abc',
  object: 'organization.project',
  name: 'Web',
  created_at: 1711471533,
  archived_at: 1714063533,
  status: 'archived',
  external_key_id: 'key-abc',
  residency: 'GLOBAL',
}

const account: ServiceAccount = {
  object: 'organization.project.service_account',
  id: 'user-abc',
  name: 'ci',
  role: 'member',
  created_at: 1711471533,
}

const accountKey: ServiceAccountKey = {
  object: 'organization.project.service_account.api_key',
  value: 'sk-svcacct-1234abcd',
  name: 'Secret Key',
  created_at: 1711471533,
  id: 'key_abc',
  expires_at: 1714063533,
}

const { object: _, ...owner } = account

const projectKey: ProjectApiKey = {
  object: 'organization.project.api_key',
  redacted_value: 'sk-svcac...bcd',
  name: 'Secret Key',
  created_at: 1711471533,
  last_used_at: 1711471534,
  id: 'key_abc',
  expires_at: 1714063533,
  owner_project_access: 'active',
  owner: { type: 'service_account', service_account: owner, user: { ...owner, email: 'jane@example.com' } },
}

const createdAccount: CreatedServiceAccount = { ...account, role: 'member', api_key: accountKey }

// A full page, so that a patch of any index below 100 applies.
const list = <Item extends { id: string }>(item: Item) => ({
  object: 'list',
  data: Array.from({ length: 100 }, () => item),
  first_id: item.id,
  last_id: item.id,
  has_more: true,
})

const deleted = (object: string, id: string) => ({ object: `${object}.deleted`, id, deleted: true })

/** For each operation, a response with every field that one can have. */
export const exampleResponses: Readonly<Record<OperationId, unknown>> = {
  ...adminApiKeys,
  'list-projects': list(project),
  'create-project': project,
  'retrieve-project': project,
  'modify-project': project,
  'archive-project': project,
  'list-project-service-accounts': list(account),
  'create-project-service-account': createdAccount,
  'retrieve-project-service-account': account,
  'update-project-service-account': account,
  'delete-project-service-account': deleted(account.object, account.id),
  CreateanAPIkeyforaserviceaccount: accountKey,
  'list-project-api-keys': list(projectKey),
  'retrieve-project-api-key': projectKey,
  'update-project-api-key': projectKey,
  'delete-project-api-key': deleted(projectKey.object, projectKey.id),
  'list-audit-logs': list(exampleEvent),
  listModels: list({ id: 'gpt-5', object: 'model', created: 1_700_000_000, owned_by: 'openai' }),
}
