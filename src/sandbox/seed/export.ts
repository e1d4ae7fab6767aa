import { redact } from '../../common/redaction.ts'
import type { AdminApiKey } from '../../openai-api/admin-api-keys/schemas.ts'
import type { StoredKeyRow } from '../../openai-api/admin-api-keys/store.ts'
import { fromJson } from '../../openai-api/json-text.ts'
import { isFrozen } from '../clock.ts'
import type { SandboxState } from '../state.ts'
import type { SeedFile, SeedKey } from './schema.ts'

/** Returns the seed that recreates a sandbox's current state. */
export function exportState({ store, settings, clock }: SandboxState): SeedFile {
  const { organization, behavior } = settings
  const { user } = organization
  return {
    organization: { ...organization, name: redact(organization.name), user: { ...user, name: redact(user.name) } },
    behavior,
    clock: { now: new Date(clock.now()).toISOString(), frozen: isFrozen(settings.clock) },
    keys: store.all(behavior.redaction).map(toSeedKey),
  }
}

function toSeedKey({ json, value_sha256, deleted }: StoredKeyRow): SeedKey {
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
    ...(deleted ? { deleted: true } : {}),
  }
}
