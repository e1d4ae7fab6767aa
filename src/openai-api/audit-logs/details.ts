import * as Type from 'typebox'
import { Choice } from '../../schema/typebox.ts'

// The details of audit events, as published. Other types have details that nothing published describes.

const id = Type.Optional(Type.String({ description: 'The ID of what was written to.' }))
const text = Type.Optional(Type.String())
const texts = Type.Optional(Type.Array(Type.String()))
const integer = Type.Optional(Type.Integer())
const list = Type.Optional(Type.Array(Type.Object({ id: text, name: text })))

const anything = Type.Optional(Type.Unsafe<object>({ type: 'object' }))
const data = <Fields extends Type.TProperties>(fields: Fields) =>
  Type.Optional(Type.Object(fields, { description: 'What was created.' }))
const changes = <Fields extends Type.TProperties>(fields: Fields) =>
  Type.Optional(Type.Object(fields, { description: 'What was to be changed.' }))

const details = <Fields extends Type.TProperties>(fields: Fields) =>
  Type.Optional(Type.Object(fields, { description: 'The details of an event of this type.' }))

// Shared by several types: building each of them would take time at every start.
const onlyId = details({ id })
const named = details({ id, name: text })
const failure = details({ error_code: text, error_message: text })
const onlyCertificates = details({ certificates: list })
const onlyConfigs = details({ configs: list })
const roleData = details({ id, data: data({ role: text }) })
const roleChanges = details({ id, changes_requested: changes({ role: text }) })
const assignment = details({
  id,
  principal_id: text,
  principal_type: text,
  resource_id: text,
  resource_type: text,
})
const mapping = { id, identity_provider_id: text }
const binding = details({
  id,
  role_id: text,
  resource_id: text,
  resource_type: text,
  permissions: texts,
  workspace_id: text,
  connector_id: text,
  connector_name: text,
  enabled: Type.Optional(Type.Boolean()),
  source: Type.Optional(
    Choice(['role_toggle', 'role_connector_update', 'role_delete', 'workspace_permissions', 'connector_publish']),
  ),
})

/** The optional fields of an event that have its details: each has the name of the type that it belongs to. */
export const detailsByType = {
  'api_key.created': details({ id, data: data({ scopes: texts }) }),
  // The lifetime is from the official Node client 7.59 of November 2026.
  'api_key.updated': details({ id, changes_requested: changes({ scopes: texts, expires_in_seconds: integer }) }),
  'api_key.deleted': onlyId,
  'certificate.created': named,
  'certificate.updated': named,
  'certificate.deleted': details({ id, name: text, certificate: text }),
  'certificates.activated': onlyCertificates,
  'certificates.deactivated': onlyCertificates,
  'checkpoint.permission.created': details({ id, data: data({ project_id: text, fine_tuned_model_checkpoint: text }) }),
  'checkpoint.permission.deleted': onlyId,
  'external_key.registered': details({ id, data: anything }),
  'external_key.removed': onlyId,
  'group.created': details({ id, data: data({ group_name: text }) }),
  'group.updated': details({ id, changes_requested: changes({ group_name: text }) }),
  'group.deleted': onlyId,
  'invite.sent': details({ id, data: data({ email: text, role: text }) }),
  'invite.accepted': onlyId,
  'invite.deleted': onlyId,
  'ip_allowlist.created': details({ id, name: text, allowed_ips: texts }),
  'ip_allowlist.updated': details({ id, allowed_ips: texts }),
  'ip_allowlist.deleted': details({ id, name: text, allowed_ips: texts }),
  'ip_allowlist.config.activated': onlyConfigs,
  'ip_allowlist.config.deactivated': onlyConfigs,
  'login.failed': failure,
  'login.succeeded': anything,
  'logout.failed': failure,
  'logout.succeeded': anything,
  'organization.updated': details({
    id,
    changes_requested: changes({
      title: text,
      description: text,
      name: text,
      threads_ui_visibility: text,
      usage_dashboard_visibility: text,
      api_call_logging: text,
      api_call_logging_project_ids: text,
    }),
  }),
  'project.created': details({ id, data: data({ name: text, title: text }) }),
  'project.updated': details({ id, changes_requested: changes({ title: text }) }),
  'project.archived': onlyId,
  'project.deleted': onlyId,
  'rate_limit.updated': details({
    id,
    changes_requested: changes({
      max_requests_per_1_minute: integer,
      max_tokens_per_1_minute: integer,
      max_images_per_1_minute: integer,
      max_audio_megabytes_per_1_minute: integer,
      max_requests_per_1_day: integer,
      batch_1_day_max_input_tokens: integer,
    }),
  }),
  'rate_limit.deleted': onlyId,
  'role.created': details({ id, role_name: text, permissions: texts, resource_type: text, resource_id: text }),
  'role.updated': details({
    id,
    changes_requested: changes({
      role_name: text,
      resource_id: text,
      resource_type: text,
      permissions_added: texts,
      permissions_removed: texts,
      description: text,
      metadata: anything,
    }),
  }),
  'role.deleted': onlyId,
  'role.assignment.created': assignment,
  'role.assignment.deleted': assignment,
  'role.bound_to_resource': binding,
  'role.unbound_from_resource': binding,
  'scim.enabled': onlyId,
  'scim.disabled': onlyId,
  'service_account.created': roleData,
  'service_account.updated': roleChanges,
  'service_account.deleted': onlyId,
  'user.added': roleData,
  'user.updated': roleChanges,
  'user.deleted': onlyId,
  'workload_identity_provider.created': details({ id, data: anything }),
  'workload_identity_provider.updated': details({ id, changes_requested: anything }),
  'workload_identity_provider.deleted': named,
  'workload_identity_provider_mapping.created': details({ ...mapping, data: anything }),
  'workload_identity_provider_mapping.updated': details({ ...mapping, changes_requested: anything }),
  'workload_identity_provider_mapping.deleted': details({ ...mapping, project_id: text, service_account_id: text }),
}
