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

export interface Project {
  id: string
  isDefault: boolean
  name: string
  created_at: number
  archived_at: number | null
  external_key_id: string | null
  residency: string
}

export interface Account {
  id: string
  project_id: string
  name: string
  role: string
  created_at: number
  isDeleted: boolean
}

export interface ProjectKey {
  id: string
  project_id: string
  /** The owner; undefined if it is `user`. */
  account_id: string | undefined
  user: object | undefined
  access: 'active' | 'inactive'
  name: string
  /** Undefined if the create response was lost. */
  value: string | undefined
  redacted_value: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  isDeleted: boolean
}

/** Who acted, as events name them. */
export interface Actor {
  id: string
  type: 'user' | 'service_account'
  user?: { id: string; email?: string }
  service_account?: { id: string }
}

export interface AuditEvent {
  /** Undefined until it was read from the server. */
  id: string | undefined
  type: string
  effective_at: number
  actor: Actor | undefined
  details: { id: string; [detail: string]: unknown }
}

/** The part of a sandbox that copies and snapshots contain. Everything is in order of insertion. */
export interface State {
  now: number
  keys: Key[]
  projects: Project[]
  accounts: Account[]
  projectKeys: ProjectKey[]
  events: AuditEvent[]
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

const projectKey = (name: string, value: string, overrides: Partial<ProjectKey> = {}): ProjectKey => ({
  id: `key_${name}`,
  project_id: 'proj_web',
  account_id: 'sa_ci',
  user: undefined,
  access: 'active',
  name: 'Secret Key',
  value,
  redacted_value: redactedValue(value),
  created_at: now,
  expires_at: null,
  last_used_at: null,
  isDeleted: false,
  ...overrides,
})

const project = (name: string, overrides: Partial<Project> = {}): Project => ({
  id: `proj_${name}`,
  isDefault: false,
  name,
  created_at: now,
  archived_at: null,
  external_key_id: null,
  residency: 'GLOBAL',
  ...overrides,
})

const account = (name: string, overrides: Partial<Account> = {}): Account => ({
  id: `sa_${name}`,
  project_id: 'proj_web',
  name,
  role: 'member',
  created_at: now,
  isDeleted: false,
  ...overrides,
})

const jane = { id: 'user-jane', email: 'jane@example.com', name: 'Jane', created_at: now, role: 'member' }

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
  projects: [
    project('default', { isDefault: true, name: 'Default project' }),
    // Steps prefer the newest objects.
    project('archived', { created_at: now - 30 * day, archived_at: now - day }),
    project('web', { created_at: now - 30 * day, external_key_id: 'ext', residency: 'EU_STORAGE_PROCESSING' }),
  ],
  accounts: [account('gone', { isDeleted: true }), account('ci'), account('none', { role: 'none' })],
  projectKeys: [
    projectKey('ci', 'sk-svcacct-ci-key'),
    projectKey('ci_old', 'sk-svcacct-old-key', { created_at: now - 30 * day, expires_at: now + 60 }),
    projectKey('none', 'sk-svcacct-none-key', { account_id: 'sa_none', access: 'inactive' }),
    projectKey('jane', 'sk-proj-jane-key', { account_id: undefined, user: jane, created_at: now - day }),
  ],
  events: [
    {
      id: 'audit_log-seeded',
      type: 'project.created',
      effective_at: now - 30 * day,
      actor: undefined,
      details: { id: 'proj_web' },
    },
  ],
}
