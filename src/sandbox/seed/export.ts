import { redact } from '../../common/redaction.ts'
import type { AdminApiKey } from '../../openai-api/admin-api-keys/schemas.ts'
import type { StoredKeyRow } from '../../openai-api/admin-api-keys/store.ts'
import { fromJson } from '../../openai-api/json-text.ts'
import { isFrozen } from '../clock.ts'
import type { SandboxState } from '../state.ts'
import { exportEvents, exportProjects } from './export-projects.ts'
import type { SeedFile, SeedKey } from './schema.ts'

/** Returns the seed that recreates a sandbox's current state. */
export function exportState({ store, settings, clock }: SandboxState): SeedFile {
  const { organization, behavior, models } = settings
  const { user } = organization
  return {
    organization: { ...organization, name: redact(organization.name), user: { ...user, name: redact(user.name) } },
    behavior,
    models: [...models],
    clock: { now: new Date(clock.now()).toISOString(), frozen: isFrozen(settings.clock) },
    projects: exportProjects(store, behavior.redaction),
    audit_logs: exportEvents(store),
    keys: store.adminApiKeys.all(behavior.redaction).map(toSeedKey),
  }
}

function toSeedKey({ json, value_sha256, deleted, scopes }: StoredKeyRow): SeedKey {
  const { id, name, redacted_value, created_at, expires_at, last_used_at, owner } = fromJson<AdminApiKey>(json)
  return {
    id,
    // A user may have used a value as a name.
    name: name === null ? null : redact(name),
    value_sha256,
    redacted_value: redact(redacted_value),
    created_at,
    expires_at,
    last_used_at,
    owner: { type: owner.type, id: owner.id, name: redact(owner.name), created_at: owner.created_at },
    ...(scopes === null ? {} : { scopes: fromJson<NonNullable<SeedKey['scopes']>>(scopes) }),
    ...(deleted ? { deleted: true } : {}),
  }
}
