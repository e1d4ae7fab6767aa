import type { Database } from 'better-sqlite3'
import { type Behavior, defaultBehavior } from '../openai/behavior.ts'
import type { ClockSetting } from './clock.ts'

/** The emulated organization; its user owns what nobody else does. `created_at` in Unix seconds. */
export interface Organization {
  id: string
  name: string
  user: { id: string; name: string; created_at: number }
}

/** What a sandbox is besides its keys. */
export interface Settings {
  organization: Organization
  behavior: Behavior
  clock: ClockSetting
}

type SettingsRow = Record<keyof Settings, string>

/** The settings that a database holds; `undefined` in one that has not been seeded whole. */
export function readSettings(db: Database): Settings | undefined {
  const row = db.prepare<[], SettingsRow>('SELECT organization, behavior, clock FROM sandbox').get()
  if (row === undefined) return undefined
  return {
    organization: JSON.parse(row.organization),
    // A file of an earlier version lacks the switches that came since.
    behavior: { ...defaultBehavior, ...JSON.parse(row.behavior) },
    clock: JSON.parse(row.clock),
  }
}

export function writeSettings(db: Database, { organization, behavior, clock }: Settings): void {
  db.prepare('INSERT OR REPLACE INTO sandbox (organization, behavior, clock) VALUES (?, ?, ?)').run(
    JSON.stringify(organization),
    JSON.stringify(behavior),
    JSON.stringify(clock),
  )
}
