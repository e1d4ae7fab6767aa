/** The operations, each by its one name. */
export const operationIds = [
  'admin-api-keys-list',
  'admin-api-keys-create',
  'admin-api-keys-get',
  'admin-api-keys-delete',
] as const

export type OperationId = (typeof operationIds)[number]
