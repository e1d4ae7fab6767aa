import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { RunOperation } from '../run-operation.ts'
import { listAuditLogs } from './operations.ts'
import { AuditLog, AuditLogList } from './schemas.ts'

/** Registers the list of audit events. */
export function registerAuditLogs(instance: FastifyInstance, runOperation: RunOperation): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  for (const component of [AuditLog, AuditLogList]) app.addSchema(component)

  app.get('/organization/audit_logs', { schema: listAuditLogs }, (request) =>
    runOperation(request, ({ auditLogs }) => auditLogs.list(request.query)),
  )
}
