import * as Type from 'typebox'
import { Choice } from '../schema/typebox.ts'

/** The first value is the default. */
const choice = <const Values extends readonly string[]>(values: Values, description: string) =>
  Type.Optional(Choice(values, { default: values[0], description }))

/** One switch for each point on which the real API's behavior is unknown (docs/fidelity.md). */
export const BehaviorSchema = Type.Object(
  {
    auth: choice(['strict', 'any'], '`any` accepts every non-empty bearer token; a known key still acts as itself.'),
    state: choice(['kept', 'discarded'], '`discarded` rolls back everything that a request changes.'),
    scope_error: choice(['object', 'string'], 'Whether the `error` of a 403 is an object or a bare string.'),
    deleted_cursor: choice(['resume', 'reject'], 'Whether `after` may name a deleted key.'),
    limit_out_of_range: choice(['clamp', 'reject'], 'Whether a `limit` outside 1..100 is clamped or rejected.'),
    unknown_route: choice(['json', 'empty'], 'Whether the response to an unknown URL is an error object or empty.'),
    redaction: choice(
      ['documented', 'masked'],
      'Whether a `redacted_value` is the first 8 characters, `...` and the last 3, or as long as the value: the first 8, asterisks and the last 4.',
    ),
    listed_keys: choice(['admin', 'all'], 'Whether the list of admin keys has only admin keys, or project keys too.'),
    service_account_key_delete: choice(
      ['allow', 'reject'],
      'Whether a single key of a service account can be deleted.',
    ),
    exclusive_fields: choice(
      ['reject', 'ignore'],
      'Whether a request with two fields that exclude each other is rejected, or the second is ignored.',
    ),
    audit_project: choice(
      ['default', 'own'],
      'Whether the project of an audit event is the default project or the project that was written to.',
    ),
    admin_key_events: choice(
      ['api_key', 'tenant', 'both'],
      'The types of audit events about admin keys: `api_key.*`, `tenant.admin_api_key.*` or both.',
    ),
    organization_header: choice(
      ['ignore', 'check'],
      'Whether an `OpenAI-Organization` header with another organization is ignored or rejected.',
    ),
  },
  { additionalProperties: false, title: 'the behavior', description: 'an object: the switches by name' },
)

export type Behavior = Readonly<Required<Type.Static<typeof BehaviorSchema>>>

export const defaultBehavior: Behavior = {
  auth: 'strict',
  state: 'kept',
  scope_error: 'object',
  deleted_cursor: 'resume',
  limit_out_of_range: 'clamp',
  unknown_route: 'json',
  redaction: 'documented',
  listed_keys: 'admin',
  service_account_key_delete: 'allow',
  exclusive_fields: 'reject',
  audit_project: 'default',
  admin_key_events: 'api_key',
  organization_header: 'ignore',
}
