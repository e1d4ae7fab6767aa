import type { Database } from 'better-sqlite3'
import { type Behavior, defaultBehavior } from '../openai-api/behavior.ts'
import type { ClockSetting } from './clock.ts'
import type { RandomPositions } from './randomness.ts'

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
  /** The present when this was written down, in milliseconds of the sandbox's clock: to a copy the time that it was made. */
  at_ms: number
  /** How far seeded randomness had come by then. */
  drawn: RandomPositions
}

const columns = ['organization', 'behavior', 'clock', 'at_ms', 'drawn'] as const
type SettingsRow = Record<Exclude<keyof Settings, 'at_ms'>, string> & { at_ms: number }

/** The settings that a database holds; `undefined` in one that has not been seeded whole. */
export function readSettings(db: Database): Settings | undefined {
  const row = db.prepare<[], SettingsRow>(`SELECT ${columns} FROM sandbox`).get()
  if (row === undefined) return undefined
  return {
    organization: JSON.parse(row.organization),
    // A file of an earlier version lacks the switches that came since.
    behavior: { ...defaultBehavior, ...JSON.parse(row.behavior) },
    clock: JSON.parse(row.clock),
    at_ms: row.at_ms,
    drawn: JSON.parse(row.drawn),
  }
}

export function writeSettings(db: Database, settings: Settings): void {
  const { organization, behavior, clock, at_ms, drawn } = settings
  const texts = [organization, behavior, clock].map((part) => JSON.stringify(part))
  db.prepare(`INSERT OR REPLACE INTO sandbox (only_row, ${columns}) VALUES (1, ?, ?, ?, CAST(? AS INTEGER), ?)`).run(
    ...texts,
    at_ms,
    JSON.stringify(drawn),
  )
}
