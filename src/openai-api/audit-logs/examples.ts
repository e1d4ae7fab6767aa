import type { AuditEvent } from './schemas.ts'

const key = 'key_abc'
const project = 'proj_abc'
const account = 'user-abc'
const user = { id: 'user-def', email: 'admin@example.com' }
const scopes = ['api.all.read']

/** An event with every field that one can have, and the details of all types that the emulator writes. */
export const exampleEvent: AuditEvent = {
  id: 'audit_log-abc',
  type: 'api_key.created',
  effective_at: 1711471533,
  project: { id: project, name: 'Default project' },
  actor: {
    type: 'api_key',
    session: { user, ip_address: '127.0.0.1' },
    api_key: { id: key, type: 'user', user, service_account: { id: account } },
  },
  'api_key.created': { id: key, data: { scopes } },
  'api_key.updated': { id: key, changes_requested: { scopes, expires_in_seconds: 2_592_000 } },
  'api_key.deleted': { id: key },
  'tenant.admin_api_key.created': { id: key, data: { scopes } },
  'tenant.admin_api_key.deleted': { id: key },
  'project.created': { id: project, data: { name: 'Web', title: 'Web' } },
  'project.updated': { id: project, changes_requested: { title: 'Web' } },
  'project.archived': { id: project },
  'service_account.created': { id: account, data: { role: 'member' } },
  'service_account.updated': { id: account, changes_requested: { role: 'owner' } },
  'service_account.deleted': { id: account },
}
