/** The operations around admin keys: method, path below `/organization`, and what their last id names. */
export const resourceOperations = {
  'list-projects': ['GET', '/projects'],
  'create-project': ['POST', '/projects'],
  'retrieve-project': ['GET', '/projects/{project}'],
  'modify-project': ['POST', '/projects/{project}'],
  'archive-project': ['POST', '/projects/{project}/archive'],
  'list-project-service-accounts': ['GET', '/projects/{project}/service_accounts'],
  'create-project-service-account': ['POST', '/projects/{project}/service_accounts'],
  'retrieve-project-service-account': ['GET', '/projects/{project}/service_accounts/{account}'],
  'update-project-service-account': ['POST', '/projects/{project}/service_accounts/{account}'],
  'delete-project-service-account': ['DELETE', '/projects/{project}/service_accounts/{account}'],
  CreateanAPIkeyforaserviceaccount: ['POST', '/projects/{project}/service_accounts/{account}/api_keys'],
  'list-project-api-keys': ['GET', '/projects/{project}/api_keys'],
  'retrieve-project-api-key': ['GET', '/projects/{project}/api_keys/{key}'],
  'update-project-api-key': ['POST', '/projects/{project}/api_keys/{key}'],
  'delete-project-api-key': ['DELETE', '/projects/{project}/api_keys/{key}'],
  'list-audit-logs': ['GET', '/audit_logs'],
  listModels: ['GET', '/models'],
} as const

export type ResourceOperation = keyof typeof resourceOperations

export const isResourceOperation = (operation: string): operation is ResourceOperation =>
  Object.hasOwn(resourceOperations, operation)
