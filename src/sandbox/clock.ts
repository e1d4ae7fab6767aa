import { systemNow } from '../common/clock.ts'

/** How a sandbox's clock stands to the system's, in milliseconds. */
export type ClockSetting = { offset_ms: number } | { frozen_at_ms: number }

export const isFrozen = (setting: ClockSetting): boolean => 'frozen_at_ms' in setting

/** The present by a clock, in Unix milliseconds. */
export const timeOf = (setting: ClockSetting): number =>
  'frozen_at_ms' in setting ? setting.frozen_at_ms : systemNow() + setting.offset_ms

/** A clock that stands, or goes on from, `now` (Unix milliseconds). */
export const clockAt = (now: number, frozen: boolean): ClockSetting =>
  frozen ? { frozen_at_ms: now } : { offset_ms: now - systemNow() }

/** A clock as it was when it showed `then`: one that was never set is the system's still. */
export const restoredClock = (setting: ClockSetting, pausedAt: number): ClockSetting =>
  'offset_ms' in setting && setting.offset_ms !== 0 ? clockAt(pausedAt, false) : setting

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Whole Unix seconds, as on the wire. */
  unix(): number
}

/** The time of one sandbox. Every timestamp and every expiry in it comes from here. */
export function createClock(setting: () => ClockSetting): Clock {
  const now = () => timeOf(setting())
  return { now, unix: () => Math.floor(now() / 1000) }
}
