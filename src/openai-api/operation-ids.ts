/** The operationIds of the emulated API: the one name of an operation in the document, faults, journal and log. */
export const operationIds = [
  'admin-api-keys-list',
  'admin-api-keys-create',
  'admin-api-keys-get',
  'admin-api-keys-delete',
] as const

export type OperationId = (typeof operationIds)[number]

/** Short forms of operationIds that faults accept. */
export const shortOperationIds = {
  list: 'admin-api-keys-list',
  create: 'admin-api-keys-create',
  get: 'admin-api-keys-get',
  delete: 'admin-api-keys-delete',
} as const satisfies Record<string, OperationId>
