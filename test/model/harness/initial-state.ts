import { fileURLToPath } from 'node:url'
import type { Owner } from '../../../src/openai-api/admin-api-keys/key.ts'

/** A key in the model. */
export interface Key {
  id: string
  name: string | null
  /** Undefined if the create response was lost. */
  value: string | undefined
  redacted_value: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  owner: Owner
  isDeleted: boolean
}

/** The part of a sandbox that copies and snapshots contain. Keys are in order of insertion. */
export interface State {
  now: number
  keys: Key[]
}

/** The seed file that creates `initialState` on a server. */
export const seedFile = fileURLToPath(new URL('seed.yaml', import.meta.url))

/** Command-line arguments for a server with this seed, relative to the repository. */
export const startArgs = '--seed test/model/harness/seed.yaml'

const now = Date.UTC(2026, 0, 1) / 1000
const day = 86_400

const user: Owner = {
  type: 'user',
  object: 'organization.user',
  id: 'user-generated',
  name: 'Somebody',
  created_at: now,
  role: 'owner',
}

const bot: Owner = {
  type: 'service_account',
  object: 'organization.service_account',
  id: 'sa_bot',
  name: 'Bot',
  created_at: now - 30 * day,
  role: 'member',
}

/** Returns the redacted form that the API shows after creation. */
export const redactedValue = (value: string): string => `${value.slice(0, 8)}...${value.slice(-3)}`

const key = (name: string, value: string, overrides: Partial<Key> = {}): Key => ({
  id: `key_${name}`,
  name,
  value,
  redacted_value: redactedValue(value),
  created_at: now,
  expires_at: null,
  last_used_at: null,
  owner: user,
  isDeleted: false,
  ...overrides,
})

/** The state of every new sandbox of a server that was started with `seedFile`. */
export const initialState: State = {
  now,
  keys: [
    key('admin', 'sk-admin-local', { name: 'Admin key' }),
    key('bot', 'sk-admin-of-a-bot', { created_at: now - 30 * day, owner: bot }),
    key('old', 'sk-admin-old-one', { created_at: now - 30 * day, expires_at: now + 60, last_used_at: now - day }),
    key('unnamed', 'sk-admin-unnamed', { name: null, created_at: now - day }),
    key('gone', 'sk-admin-gone-one', { created_at: now - day, isDeleted: true }),
  ],
}
