import type { OperationId } from '../api/types.ts'

/** Returns the short form of an operationId, which faults accept. */
export const shortOperation = (operation: string | null): string => operation?.replace('admin-api-keys-', '') ?? ''

// A record, so that the compiler names what is missing.
const titles: Record<OperationId, string> = {
  'admin-api-keys-list': 'list admin keys',
  'admin-api-keys-create': 'create admin key',
  'admin-api-keys-get': 'get admin key',
  'admin-api-keys-delete': 'delete admin key',
  'list-projects': 'list projects',
  'create-project': 'create project',
  'retrieve-project': 'retrieve project',
  'modify-project': 'modify project',
  'archive-project': 'archive project',
  'list-project-service-accounts': 'list service accounts',
  'create-project-service-account': 'create service account',
  'retrieve-project-service-account': 'retrieve service account',
  'update-project-service-account': 'update service account',
  'delete-project-service-account': 'delete service account',
  CreateanAPIkeyforaserviceaccount: 'create service account key',
  'list-project-api-keys': 'list project keys',
  'retrieve-project-api-key': 'retrieve project key',
  'update-project-api-key': 'update project key',
  'delete-project-api-key': 'delete project key',
  'list-audit-logs': 'list audit logs',
  listModels: 'list models',
}

/** The operationIds, each with its title. */
export const operations = Object.entries(titles)
