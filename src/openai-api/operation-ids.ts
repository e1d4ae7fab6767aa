/** The operationIds of the emulated API: the one name of an operation in the document, faults, journal and log. */
export const operationIds = [
  'admin-api-keys-list',
  'admin-api-keys-create',
  'admin-api-keys-get',
  'admin-api-keys-delete',
  'list-projects',
  'create-project',
  'retrieve-project',
  'modify-project',
  'archive-project',
  'list-project-service-accounts',
  'create-project-service-account',
  'retrieve-project-service-account',
  'update-project-service-account',
  'delete-project-service-account',
  'CreateanAPIkeyforaserviceaccount',
  'list-project-api-keys',
  'retrieve-project-api-key',
  'update-project-api-key',
  'delete-project-api-key',
  'list-audit-logs',
  'listModels',
] as const

export type OperationId = (typeof operationIds)[number]

/** Which operations concern a single object of a kind: one that their URL names, or one that they create. */
interface Concerned {
  named: readonly OperationId[]
  created: readonly OperationId[]
}

export const concernedKeys: Concerned = {
  named: [
    'admin-api-keys-get',
    'admin-api-keys-delete',
    'retrieve-project-api-key',
    'update-project-api-key',
    'delete-project-api-key',
  ],
  created: ['admin-api-keys-create', 'create-project-service-account', 'CreateanAPIkeyforaserviceaccount'],
}

export const concernedProjects: Concerned = {
  named: [
    'retrieve-project',
    'modify-project',
    'archive-project',
    'list-project-service-accounts',
    'create-project-service-account',
    'retrieve-project-service-account',
    'update-project-service-account',
    'delete-project-service-account',
    'CreateanAPIkeyforaserviceaccount',
    'list-project-api-keys',
    'retrieve-project-api-key',
    'update-project-api-key',
    'delete-project-api-key',
  ],
  created: ['create-project'],
}

/** Operations that change projects or service accounts. */
export const writesToProjects: ReadonlySet<string> = new Set<OperationId>([
  'create-project',
  'modify-project',
  'archive-project',
  'create-project-service-account',
  'update-project-service-account',
  'delete-project-service-account',
])

/** Short forms of the operationIds of admin keys, which faults and verifications accept. */
export const shortOperationIds = {
  list: 'admin-api-keys-list',
  create: 'admin-api-keys-create',
  get: 'admin-api-keys-get',
  delete: 'admin-api-keys-delete',
} as const satisfies Record<string, OperationId>
