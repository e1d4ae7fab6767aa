import { fileURLToPath } from 'node:url'
import type { Owner } from '../../../src/openai-api/admin-api-keys/key.ts'

/** A key as it should be. */
export interface Key {
  id: string
  name: string | null
  /** Unknown where the answer that showed it was lost. */
  value: string | undefined
  redacted_value: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  owner: Owner
  isDeleted: boolean
}

/** What forks and snapshots copy; the keys in order of insertion. */
export interface State {
  now: number
  keys: Key[]
}

/** The file that says how they begin, for a server. */
export const seedFile = fileURLToPath(new URL('seed.yaml', import.meta.url))

/** What the command is given to start a server whose sandboxes begin so. */
export const startOptions = '--seed test/model/generated/seed.yaml'

const now = Date.UTC(2026, 0, 1) / 1000
const day = 86_400

const somebody: Owner = {
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

/** As the API shows a value after its creation. */
export const redacted = (value: string): string => `${value.slice(0, 8)}...${value.slice(-3)}`

const key = (name: string, value: string, facts: Partial<Key> = {}): Key => ({
  id: `key_${name}`,
  name,
  value,
  redacted_value: redacted(value),
  created_at: now,
  expires_at: null,
  last_used_at: null,
  owner: somebody,
  isDeleted: false,
  ...facts,
})

/** How every sandbox begins that the seed is loaded into. */
export const beginning: State = {
  now,
  keys: [
    key('admin', 'sk-admin-local', { name: 'Admin key' }),
    key('bot', 'sk-admin-of-a-bot', { created_at: now - 30 * day, owner: bot }),
    key('old', 'sk-admin-old-one', { created_at: now - 30 * day, expires_at: now + 60, last_used_at: now - day }),
    key('unnamed', 'sk-admin-unnamed', { name: null, created_at: now - day }),
    key('gone', 'sk-admin-gone-one', { created_at: now - day, isDeleted: true }),
  ],
}
