import { Ref } from '../../schema/typebox.ts'
import { ErrorResponse } from '../errors/schemas.ts'
import { describeOperation, errorResponses, response } from '../http/operation-schemas.ts'
import { AuditLogList, ListAuditLogsQuery } from './schemas.ts'

/** The list of audit events, as the route and the OpenAPI document declare it. */
export const listAuditLogs = {
  ...describeOperation({
    operationId: 'list-audit-logs',
    summary: 'List audit events',
    description: 'Lists what was written to the organization, newest first.',
    tag: 'Audit logs',
  }),
  querystring: ListAuditLogsQuery,
  response: {
    ...response(200, Ref(AuditLogList), 'A page of events.'),
    ...errorResponses,
    ...response(429, Ref(ErrorResponse), 'Too many requests: only a fault causes it.'),
  },
}
