import type { OperationId } from '../api/types.ts'

/** Returns the short form of an operationId, which faults accept. */
export const shortOperation = (operation: string | null): string => operation?.replace('admin-api-keys-', '') ?? ''

// A record, so that the compiler names what is missing.
const listed: Record<OperationId, 1> = {
  'admin-api-keys-list': 1,
  'admin-api-keys-create': 1,
  'admin-api-keys-get': 1,
  'admin-api-keys-delete': 1,
  'list-projects': 1,
  'create-project': 1,
  'retrieve-project': 1,
  'modify-project': 1,
  'archive-project': 1,
  'list-project-service-accounts': 1,
  'create-project-service-account': 1,
  'retrieve-project-service-account': 1,
  'update-project-service-account': 1,
  'delete-project-service-account': 1,
  CreateanAPIkeyforaserviceaccount: 1,
  'list-project-api-keys': 1,
  'retrieve-project-api-key': 1,
  'update-project-api-key': 1,
  'delete-project-api-key': 1,
  'list-audit-logs': 1,
  listModels: 1,
}

export const operationIds = Object.keys(listed)
