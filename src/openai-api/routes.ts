import type { FastifyInstance } from 'fastify'
import { registerAdminApiKeys } from './admin-api-keys/routes.ts'
import { registerAuditLogs } from './audit-logs/routes.ts'
import { registerModels } from './models/routes.ts'
import { registerProjectApiKeys } from './project-api-keys/routes.ts'
import { registerProjects } from './projects/routes.ts'
import type { RunOperation } from './run-operation.ts'
import { registerServiceAccounts } from './service-accounts/routes.ts'

/** Registers every operation of the emulated API. The caller resolves sandboxes and authenticates. */
export function registerOperations(app: FastifyInstance, runOperation: RunOperation): void {
  registerAdminApiKeys(app, runOperation)
  registerProjects(app, runOperation)
  registerServiceAccounts(app, runOperation)
  registerProjectApiKeys(app, runOperation)
  registerAuditLogs(app, runOperation)
  registerModels(app, runOperation)
}
