import type { Database } from 'better-sqlite3'
import { type Behavior, defaultBehavior } from '../openai-api/behavior.ts'
import type { ClockSetting } from './clock.ts'
import type { RandomPositions } from './randomness.ts'

/** The emulated organization. Its user owns every admin key without another owner. `created_at` in Unix seconds. */
export interface Organization {
  id: string
  name: string
  user: { id: string; name: string; email: string; created_at: number }
}

/** Everything that a sandbox stores except its keys. */
export interface Settings {
  organization: Organization
  behavior: Behavior
  clock: ClockSetting
  /** Milliseconds of the sandbox's clock when this was written; for an image, when it was captured. */
  at_ms: number
  /** Positions of the seeded random sequences at that time. */
  random_positions: RandomPositions
  /** The ids of the models that `GET /models` lists. */
  models: readonly string[]
}

/** The settings as they are stored: JSON, except for the time. */
export type SettingsRow = Record<Exclude<keyof Settings, 'at_ms'>, string> & { at_ms: number }

const columns = ['organization', 'behavior', 'clock', 'at_ms', 'random_positions', 'models'] as const

/** Returns the row of settings in a database, or undefined if it has none. */
export const readSettingsRow = (db: Database): SettingsRow | undefined =>
  db.prepare<[], SettingsRow>(`SELECT ${columns} FROM sandbox`).get()

/** Returns the settings in a database. Throws if it has not been seeded completely. */
export function readSettings(db: Database): Settings {
  const row = readSettingsRow(db)
  if (row === undefined) throw new Error('the database holds no sandbox')
  return {
    organization: toOrganization(JSON.parse(row.organization)),
    // A file written by an earlier release lacks newer switches.
    behavior: { ...defaultBehavior, ...JSON.parse(row.behavior) },
    clock: JSON.parse(row.clock),
    at_ms: row.at_ms,
    random_positions: JSON.parse(row.random_positions),
    models: JSON.parse(row.models),
  }
}

export const defaultEmail = 'admin@example.com'

// A file written by an earlier release has no email address.
const toOrganization = ({ user, ...rest }: Organization): Organization => ({
  ...rest,
  user: { ...user, email: user.email ?? defaultEmail },
})

export function writeSettings(db: Database, settings: Settings): void {
  const { organization, behavior, clock, at_ms, random_positions, models } = settings
  const texts = [organization, behavior, clock].map((part) => JSON.stringify(part))
  db.prepare(
    `INSERT OR REPLACE INTO sandbox (singleton, ${columns}) VALUES (1, ?, ?, ?, CAST(? AS INTEGER), ?, ?)`,
  ).run(...texts, at_ms, JSON.stringify(random_positions), JSON.stringify(models))
}
